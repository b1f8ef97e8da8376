/** At most `count` of the rows, evenly spread over them. */
export function spreadRows(rows: readonly number[], count: number): number[] {
  const taken = Math.min(count, rows.length);
  return Array.from({ length: taken }, (_, index) => rows[Math.floor((index * rows.length) / taken)]!);
}
