import type { BatchTensors, InitContext, StepContext, Tensor, Tokens } from '@modalkit/contract';
import { initLayerNorm, initLinear, layerNorm, linear, zeroInvalid } from '@modalkit/toolkit';
import { fitTokens } from './fit-tokens.js';
import { frameCnn, initFrameCnn } from './frame-cnn.js';
import type { Grid } from './grid.js';
import { patchify } from './patchify.js';
import { initSpaceTimeBlock, spaceTimeBlock } from './space-time-block.js';
import { initTimeWaves, timeWaves } from './time-waves.js';
import type { ParsedVideoOptions } from './video-options.js';

/** Declares the encoder's weights: embedding, positions, blocks. */
export function initClipEncoder(context: InitContext, options: ParsedVideoOptions, grid: Grid): void {
  const { channels, stages, width, layers } = options;
  if (stages) initFrameCnn(context, channels, stages);
  initLinear(context, 'embed', stages?.at(-1) ?? grid.values, width);
  context.weight('positions', [grid.places, width], { kind: 'normal', std: 0.02 }, { decay: false });
  initTimeWaves(context, width);
  context.weight('mask', [width], { kind: 'normal', std: 0.02 });
  for (let layer = 1; layer <= layers; layer++) initSpaceTimeBlock(context, `layer${layer}`, width);
  initLayerNorm(context, 'norm', width);
}

/**
 * Embeds patches of space and time (or a CNN's map of each frame), with zeros and the mask token where one is hidden, and mixes
 * them by factorised attention.
 * Missing frames of a short step are zeros after standardisation.
 */
export function encodeClip(
  context: StepContext,
  arrays: BatchTensors,
  hidden: Tensor,
  options: ParsedVideoOptions,
  grid: Grid,
): Tokens {
  const { tf } = context;
  const { valid, time, box, order } = arrays;
  const [batch, tokens] = valid.shape as [number, number];
  const [, steps] = arrays.since!.shape as [number, number];
  const target = patchify(tf, standardised(context, arrays, options), options, grid);
  const asFloat = (flags: Tensor) => fitTokens(tf, tf.cast(flags, 'float32'), steps * grid.places);
  const [real, masked] = [asFloat(valid), asFloat(hidden)];
  const seen = tf.mul(target, tf.expandDims(tf.mul(real, tf.sub(1, masked)), 2));
  const mask = tf.mul(tf.expandDims(masked, 2), context.weight('mask'));
  const features = options.stages ? frameCnn(context, seen, options.stages, grid) : seen;
  const embedded = tf.add(linear(context, 'embed', features), mask);
  let values = place(context, tf.reshape(embedded, [batch, steps, grid.places, options.width]), arrays.since!);
  const layout = {
    heads: options.heads,
    there: tf.cast(tf.any(arrays.there!, 2), 'float32'),
    ...(options.window !== undefined && { bias: betweenWindows(context, arrays.window!) }),
  };
  for (let layer = 1; layer <= options.layers; layer++)
    values = spaceTimeBlock(context, `layer${layer}`, values, layout);
  const flat = tf.reshape(layerNorm(context, 'norm', values), [batch, steps * grid.places, options.width]);
  return {
    values: zeroInvalid(tf, fitTokens(tf, flat, tokens), valid),
    valid,
    hidden,
    target: fitTokens(tf, target, tokens),
    position: { time, box, order },
  };
}

/** Bytes to standardised float32, `[B,S,t*H*W,C]`, zeros where a step has no frame. */
function standardised(context: StepContext, { pixels, there }: BatchTensors, { tubelet }: ParsedVideoOptions): Tensor {
  const { tf } = context;
  const scaled = tf.div(tf.cast(pixels!, 'float32'), 255);
  const values = tf.div(tf.sub(scaled, context.weight('mean')), context.weight('std'));
  if (tubelet === 1) return values;
  const [batch, steps, area, channels] = pixels!.shape as [number, number, number, number];
  const frames = tf.reshape(values, [batch, steps, tubelet, (area / tubelet) * channels]);
  return tf.reshape(tf.mul(frames, tf.expandDims(tf.cast(there!, 'float32'), 3)), pixels!.shape);
}

/** Adds where and when each token is, `[B,S,P,W]`. */
function place(context: StepContext, values: Tensor, since: Tensor): Tensor {
  const { tf } = context;
  return tf.add(tf.add(values, context.weight('positions')), tf.expandDims(timeWaves(context, since), 2));
}

/** `[B,S,S]`: 0 within a window, so much less between two that nothing is seen. */
function betweenWindows({ tf }: StepContext, window: Tensor): Tensor {
  const same = tf.equal(tf.expandDims(window, 1), tf.expandDims(window, 2));
  return tf.mul(tf.sub(1, tf.cast(same, 'float32')), -1e9);
}
