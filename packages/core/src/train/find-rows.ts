/** Rows that are named at most: enough to look at. */
const MOST = 8;

/**
 * The rows of a range that are bad by themselves, found by halving; the whole range where none of them is alone.
 * @param bad whether a range holds one
 */
export function findRows(from: number, to: number, bad: (from: number, to: number) => boolean): number[] {
  const found: number[] = [];
  const search = (first: number, end: number): boolean => {
    if (found.length >= MOST || !bad(first, end)) return false;
    if (end - first === 1) {
      found.push(first);
      return true;
    }
    const middle = Math.ceil((first + end) / 2);
    const halves = [search(first, middle), search(middle, end)];
    if (!halves.includes(true)) found.push(...range(first, end));
    return true;
  };
  search(from, to);
  return found;
}

/** Whole numbers from `from`, as many as there are before `to`. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
