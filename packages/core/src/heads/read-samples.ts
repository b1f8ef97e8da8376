import type { Sample } from '@modalkit/contract';
import { FUSED } from './pooled-head.js';

/** Most samples that a head measures. */
export const MOST = 100_000;

/** Whether a sample has what a head reads: the input `from`, one of several, or fused tokens, which there always are. */
export function hasRead(from: string | readonly string[]): (sample: Sample) => boolean {
  return ({ inputs }) =>
    [from].flat().some((source) => source === FUSED || (inputs[source] ?? undefined) !== undefined);
}
