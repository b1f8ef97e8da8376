import type { Sample } from '@modalkit/contract';
import { FUSED } from './pooled-head.js';

/** Most samples that a head measures. */
export const MOST = 100_000;

/** Whether a sample has what a head reads: the input `from`, or fused tokens, which there always are. */
export function hasRead(from: string): (sample: Sample) => boolean {
  return ({ inputs }) => from === FUSED || (inputs[from] ?? undefined) !== undefined;
}
