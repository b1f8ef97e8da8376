/**
 * Consistent overhead byte stuffing (Cheshire and Baker 1999): bytes without a zero, one byte longer for every 254.
 * @returns the number of bytes written to `target` from `at` on
 */
export function cobsEncode(source: Uint8Array, length: number, target: Uint8Array, at: number): number {
  let code = at;
  let write = at + 1;
  for (let read = 0; read < length; read++) {
    const byte = source[read]!;
    if (byte !== 0) target[write++] = byte;
    if (byte === 0 || write - code === 0xff) {
      target[code] = write - code;
      code = write++;
    }
  }
  target[code] = write - code;
  return write - at;
}

/**
 * The inverse, from `source[start, end)`.
 * @returns the number of bytes written to `target`; -1 when the bytes are no such coding or longer than `target`
 */
export function cobsDecode(source: Uint8Array, start: number, end: number, target: Uint8Array): number {
  let read = start;
  let write = 0;
  while (read < end) {
    const code = source[read++]!;
    const next = read + code - 1;
    if (code === 0 || next > end || write + code > target.length + 1) return -1;
    while (read < next) target[write++] = source[read++]!;
    if (code < 0xff && read < end) {
      if (write >= target.length) return -1;
      target[write++] = 0;
    }
  }
  return write;
}
