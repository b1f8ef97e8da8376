const POWERS = Float64Array.from({ length: 23 }, (_, power) => 10 ** power);

/**
 * The decimal number in the ASCII `bytes[start, end)`, blanks around it allowed, correctly rounded; NaN when it is none.
 * Up to 15 digits and a power of ten up to 22 are one exact division; the rest goes by `Number`.
 */
export function parseDecimal(bytes: Uint8Array, start: number, end: number): number {
  let [from, to] = [start, end];
  while (from < to && isBlank(bytes[from]!)) from++;
  while (to > from && isBlank(bytes[to - 1]!)) to--;
  const negative = bytes[from] === 0x2d;
  let mantissa = 0;
  let digits = 0;
  let point = -1;
  for (let at = negative ? from + 1 : from; at < to; at++) {
    const byte = bytes[at]!;
    if (byte === 0x2e && point < 0) point = digits;
    else if (byte >= 0x30 && byte <= 0x39 && digits < 15) {
      mantissa = 10 * mantissa + byte - 0x30;
      digits++;
    } else return parseSlowly(bytes, from, to);
  }
  if (digits === 0) return Number.NaN;
  const value = point < 0 ? mantissa : mantissa / POWERS[digits - point]!;
  return negative ? -value : value;
}

const isBlank = (byte: number) => byte === 0x20 || byte === 0x09 || byte === 0x0d;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

function parseSlowly(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > 64) return Number.NaN;
  const text = String.fromCharCode(...bytes.subarray(start, end));
  return NUMBER.test(text) ? Number(text) : Number.NaN;
}
