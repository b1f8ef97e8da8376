/** The same entries in an array with room for more. */
export function larger<T extends Float64Array | Float32Array>(old: T, length: number): T {
  const fresh = new (old.constructor as new (length: number) => T)(length);
  fresh.set(old);
  return fresh;
}
