import type { Fused, Span } from '@modalkit/contract';

export interface LayoutRow extends Span {
  readonly name: string;
}

/** Spans of the fused sequence in the order they stand in it: what `inspect --fused` prints. */
export function fusedLayout({ spans }: Pick<Fused, 'spans'>): readonly LayoutRow[] {
  return Object.entries(spans)
    .map(([name, { start, end }]) => ({ name, start, end }))
    .sort((a, b) => a.start - b.start);
}
