import type { InitContext, StepContext, Tensor } from '@modalkit/contract';
import { attention, feedForward, initAttention, initFeedForward, initLayerNorm, layerNorm } from '@modalkit/toolkit';

export interface SpaceTimeLayout {
  readonly heads: number;
  /** `[B,S]` float32: 1 for a step that is there. */
  readonly there: Tensor;
  /** `[B,S,S]` float32 added to the attention logits between steps: which steps see each other. */
  readonly bias?: Tensor;
}

/** Declares one block at `name`: `space` and `time` attention and a feed-forward layer four times as wide. */
export function initSpaceTimeBlock(context: InitContext, name: string, width: number): void {
  const scope = context.scope(name);
  for (const part of ['space', 'time']) {
    initLayerNorm(scope, `${part}/norm`, width);
    initAttention(scope, part, width);
  }
  initLayerNorm(scope, 'mlp/norm', width);
  initFeedForward(scope, 'mlp', width, 4 * width);
}

/**
 * A pre-norm block with factorised self-attention, `[B,S,P,W]` -> `[B,S,P,W]`: places of one step attend to each other, then
 * steps of one place do (ViViT, Arnab et al. 2021, model 3; TimeSformer, Bertasius et al. 2021, with the order reversed).
 */
export function spaceTimeBlock(context: StepContext, name: string, x: Tensor, layout: SpaceTimeLayout): Tensor {
  const { tf } = context;
  const scope = context.scope(name);
  const inSpace = tf.add(x, overPlaces(scope, layerNorm(scope, 'space/norm', x), layout));
  const inTime = tf.add(inSpace, overSteps(scope, layerNorm(scope, 'time/norm', inSpace), layout));
  return tf.add(inTime, feedForward(scope, 'mlp', layerNorm(scope, 'mlp/norm', inTime)));
}

function overPlaces(scope: StepContext, x: Tensor, { heads, there }: SpaceTimeLayout): Tensor {
  const { tf } = scope;
  const [batch, steps, places, width] = x.shape as [number, number, number, number];
  const frames = tf.reshape(x, [batch * steps, places, width]);
  const keyValid = tf.tile(tf.reshape(there, [batch * steps, 1]), [1, places]);
  return tf.reshape(attention(scope, 'space', frames, frames, { heads, keyValid }), x.shape);
}

function overSteps(scope: StepContext, x: Tensor, { heads, there, bias }: SpaceTimeLayout): Tensor {
  const { tf } = scope;
  const [batch, steps, places, width] = x.shape as [number, number, number, number];
  const perPlace = (perClip: Tensor) => {
    const spread = tf.tile(tf.expandDims(perClip, 1), [1, places, ...perClip.shape.slice(1).map(() => 1)]);
    return tf.reshape(spread, [batch * places, ...perClip.shape.slice(1)]);
  };
  const tracks = tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [batch * places, steps, width]);
  const options = { heads, keyValid: perPlace(there), ...(bias && { bias: perPlace(bias) }) };
  const mixed = attention(scope, 'time', tracks, tracks, options);
  return tf.transpose(tf.reshape(mixed, [batch, places, steps, width]), [0, 2, 1, 3]);
}
