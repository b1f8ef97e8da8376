/** The shortest decimal that reads back as this float32; empty for NaN. */
export function shortFloat(value: number): string {
  if (Number.isNaN(value)) return '';
  if (Number.isInteger(value)) return String(value);
  const single = Math.fround(value);
  for (let digits = 6; digits < 9; digits++) {
    const rounded = Number(single.toPrecision(digits));
    if (Math.fround(rounded) === single) return String(rounded);
  }
  return String(Number(single.toPrecision(9)));
}
