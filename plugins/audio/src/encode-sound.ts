import type { BatchTensors, StepContext, Tensor, Tf, Tokens } from '@modalkit/contract';
import { zeroInvalid } from '@modalkit/toolkit';
import { type ChunkPlan, chunkPlan } from './collate-sounds.js';
import { patchify } from './patchify.js';
import type { SoundEncoder } from './sound-encoder.js';
import type { TokenGrid } from './token-grid.js';

/**
 * Standardises, hides, and encodes chunk by chunk; each chunk answers for the tokens in its middle. The target of a token is
 * its standardised log-mel patch.
 */
export function encodeSound(
  arrays: BatchTensors,
  hidden: Tensor,
  context: StepContext,
  encoder: SoundEncoder,
  grid: TokenGrid,
): Tokens {
  const { tf } = context;
  const { valid, time } = arrays;
  const [batch, tokens] = valid.shape as [number, number];
  const plan = chunkPlan(grid, tokens);
  const count = batch * plan.chunks;
  const mel = tf.reshape(arrays.mel!, [count, plan.heard * grid.stride, grid.mels]);
  const standardised = tf.div(tf.sub(mel, context.weight('mean')), context.weight('std'));
  const patches = patchify(tf, standardised, grid.stride, grid.rows);
  const heard = tokensHeard(tf, arrays.heard!, count, plan, grid.rows);
  const hiddenHere = hiddenInChunks(tf, hidden, plan, grid.rows);
  const seen = tf.expandDims(tf.logicalAnd(heard, tf.logicalNot(hiddenHere)), 2);
  const visible = tf.where(seen, patches, tf.zerosLike(patches));
  const encoded = encoder.encode(context, visible, { heard, hidden: hiddenHere });
  return {
    values: zeroInvalid(tf, answers(tf, encoded, batch, tokens, plan, grid.rows), valid),
    valid,
    hidden,
    target: zeroInvalid(tf, answers(tf, patches, batch, tokens, plan, grid.rows), valid),
    position: { time },
  };
}

/** `[B, chunks, steps]` -> `[N, steps * rows]`. */
function tokensHeard(tf: Tf, heard: Tensor, count: number, plan: ChunkPlan, rows: number): Tensor {
  const steps = tf.reshape(heard, [count, plan.heard, 1]);
  return tf.reshape(tf.tile(steps, [1, 1, rows]), [count, plan.heard * rows]);
}

/** `[B,T]` -> `[N, heard * rows]`: what a chunk hears of its neighbours is hidden where they are. */
function hiddenInChunks(tf: Tf, hidden: Tensor, plan: ChunkPlan, rows: number): Tensor {
  const [batch, tokens] = hidden.shape as [number, number];
  const [own, before, heard] = [plan.steps * rows, plan.context * rows, plan.heard * rows];
  if (plan.chunks === 1 && heard === tokens) return hidden;
  const padded = tf.pad(tf.cast(hidden, 'float32'), [
    [0, 0],
    [before, plan.chunks * own + before - tokens],
  ]);
  const chunks = Array.from({ length: plan.chunks }, (_, chunk) => tf.slice(padded, [0, chunk * own], [batch, heard]));
  return tf.cast(tf.reshape(tf.stack(chunks, 1), [batch * plan.chunks, heard]), 'bool');
}

/** `[N, heard * rows, W]` -> `[B,T,W]`: the middles of the chunks, one after the other. */
function answers(tf: Tf, values: Tensor, batch: number, tokens: number, plan: ChunkPlan, rows: number): Tensor {
  const width = values.shape[2]!;
  const own = plan.steps * rows;
  const middle = tf.slice(values, [0, plan.context * rows, 0], [batch * plan.chunks, own, width]);
  const joined = tf.reshape(middle, [batch, plan.chunks * own, width]);
  return plan.chunks * own === tokens ? joined : tf.slice(joined, [0, 0, 0], [batch, tokens, width]);
}
