/** Seconds from one to another. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Which spans a window touches. Asked about windows in the order of their starts, it looks at each span while the windows pass
 * it and no more.
 */
export function sweep<T extends Span>(spans: readonly T[]): (window: Span) => readonly T[] {
  const sorted = [...spans].sort((a, b) => a.start - b.start);
  let next = 0;
  let near: T[] = [];
  return ({ start, end }) => {
    while (next < sorted.length && sorted[next]!.start < end) near.push(sorted[next++]!);
    near = near.filter((span) => span.end > start || span.start >= start);
    return near;
  };
}

/** Seconds of a window that lie in at least one of the spans. */
export function covered(spans: readonly Span[], { start, end }: Span): number {
  let [seconds, reached] = [0, start];
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    const [from, to] = [Math.max(reached, span.start), Math.min(end, span.end)];
    if (to <= from) continue;
    seconds += to - from;
    reached = to;
  }
  return seconds;
}
