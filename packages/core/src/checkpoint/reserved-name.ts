/** True for names that plain objects already answer to (`__proto__`, `constructor`, `toString`, …). */
export function isReservedName(name: string): boolean {
  return name in Object.prototype;
}

/** True for a name that can be written, printed and read back: no control characters, no lone surrogates. */
export function isPrintable(name: string): boolean {
  return !/[\p{Cc}\p{Cs}]/u.test(name);
}
