import type { InitContext, StepContext, Tensor } from '@modalkit/contract';
import { initResidualBlock, residualBlock } from '@modalkit/toolkit';
import type { Grid } from './grid.js';
import { unpatchify } from './patchify.js';

/** Declares a residual block for each stage. */
export function initFrameCnn(context: InitContext, channels: number, stages: readonly number[]): void {
  stages.forEach((fanOut, index) => {
    initResidualBlock(context, `stage${index + 1}`, stages[index - 1] ?? channels, fanOut, [2, 2]);
  });
}

/**
 * A residual CNN (He et al. 2016) over each frame by itself, `[B, S*P, p*p*C]` -> `[B, S*P, stages.at(-1)]`: every stage halves
 * the sides, and the last map's places are the patches'. Convolutions need fewer clips to learn from than patches do.
 */
export function frameCnn(context: StepContext, patches: Tensor, stages: readonly number[], grid: Grid): Tensor {
  const { tf } = context;
  const [batch, tokens] = patches.shape as [number, number];
  let map = unpatchify(tf, patches, grid, 2 ** stages.length);
  for (let stage = 1; stage <= stages.length; stage++)
    map = residualBlock(context, `stage${stage}`, map, { stride: [2, 2] });
  return tf.reshape(map, [batch, tokens, stages.at(-1)!]);
}
