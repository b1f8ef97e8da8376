import type { InitContext, StepContext, Tensor } from '@modalkit/contract';
import { gelu, initLayerNorm, initLinear, layerNorm, linear } from '@modalkit/toolkit';
import type { ParsedSensorOptions } from './sensor-options.js';
import { spectrumEncoder } from './spectrum-encoder.js';
import { unfold } from './unfold.js';

/** What differs between patches, convolutions and spectra: how the points of one window become one vector. */
export interface WindowEncoder {
  init(context: InitContext): void;
  /** `[B, T, windowPoints * F]` -> `[B,T,W]`, each window by itself. */
  embed(context: StepContext, windows: Tensor): Tensor;
  /** Numbers that a hidden window is predicted as. */
  readonly targetWidth: number;
  /** They of windows of values alone, `[B, T, windowPoints * C]` -> `[B, T, targetWidth]`. */
  target(context: StepContext, windows: Tensor): Tensor;
}

/** @param features values of a point: each channel's value and presence */
export function windowEncoder(options: ParsedSensorOptions, features: number): WindowEncoder {
  if (options.encoder === 'spectrum') return spectrumEncoder(options);
  const itself = {
    targetWidth: options.windowPoints * options.channels.length,
    target: (_: StepContext, windows: Tensor) => windows,
  };
  if (options.encoder === 'patches')
    return {
      ...itself,
      init: (context) => initLinear(context, 'embed', options.windowPoints * features, options.width),
      embed: (context, windows) => linear(context, 'embed', windows),
    };
  return { ...itself, ...convEncoder(options, features) };
}

/**
 * A one-dimensional CNN over the points of a window: each stage is a convolution of stride 2 with zeros around the window, a
 * layer normalisation and a GELU; the last map, in order, is projected to the width.
 */
function convEncoder(
  { kernel, stages, width, windowPoints }: Extract<ParsedSensorOptions, { encoder: 'conv' }>,
  features: number,
): Pick<WindowEncoder, 'init' | 'embed'> {
  const lengths = [0, ...stages].map((_, stage) => Math.ceil(windowPoints / 2 ** stage));
  return {
    init: (context) => {
      stages.forEach((fanOut, stage) => {
        initLinear(context, `stage${stage + 1}`, kernel * (stages[stage - 1] ?? features), fanOut);
        initLayerNorm(context, `stage${stage + 1}/norm`, fanOut);
      });
      initLinear(context, 'embed', lengths.at(-1)! * stages.at(-1)!, width);
    },
    embed: (context, windows) => {
      const { tf } = context;
      const [batch, tokens] = windows.shape as [number, number];
      let map = tf.reshape(windows, [batch * tokens, windowPoints, features]);
      stages.forEach((_, stage) => {
        const before = Math.floor(Math.max(0, (lengths[stage + 1]! - 1) * 2 + kernel - lengths[stage]!) / 2);
        const padded = tf.pad(map, [
          [0, 0],
          [before, 0],
          [0, 0],
        ]);
        const convolved = linear(context, `stage${stage + 1}`, unfold(tf, padded, kernel, 2, lengths[stage + 1]!));
        map = gelu(tf, layerNorm(context, `stage${stage + 1}/norm`, convolved));
      });
      return linear(context, 'embed', tf.reshape(map, [batch, tokens, lengths.at(-1)! * stages.at(-1)!]));
    },
  };
}
