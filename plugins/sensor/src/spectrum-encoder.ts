import type { StepContext, Tensor } from '@modalkit/contract';
import { initLinear, linear } from '@modalkit/toolkit';
import type { SensorState } from './sensor-adapter.js';
import type { ParsedSensorOptions } from './sensor-options.js';
import { logSpectrum, spectrumOf } from './spectrum.js';
import { unfold } from './unfold.js';
import type { WindowEncoder } from './window-encoder.js';

/**
 * Short-time Fourier log power: a window is cut into overlapping segments, each channel of a segment becomes ln power of every
 * frequency and its mean, standardised by what the training split has; nothing is brought to its own scale, so that a louder
 * signal stays louder. All segments of a window, with the share of each that was measured, are projected to the width.
 * The target of a hidden window is its standardised spectrum: the phase of a vibration cannot be foretold, its power can.
 */
export function spectrumEncoder(options: Extract<ParsedSensorOptions, { encoder: 'spectrum' }>): WindowEncoder {
  const { windowPoints, width } = options;
  const channels = options.channels.length;
  const spectrum = spectrumOf(options);
  const { frame, hop, frames, numbers } = spectrum;
  const targetWidth = frames * channels * numbers;
  const standardised = ({ tf, weight }: StepContext, points: Tensor) =>
    tf.mul(tf.sub(logSpectrum(tf, points, spectrum), weight('spectrum/mean')), weight('spectrum/scale'));
  return {
    targetWidth,
    init(context) {
      const { mean, std } = (context.state as SensorState)?.spectrum ?? {
        mean: Array(channels * numbers).fill(0),
        std: Array(channels * numbers).fill(1),
      };
      const fixed = { trainable: false };
      context.weight('spectrum/mean', [channels * numbers], { kind: 'values', values: mean }, fixed);
      const scale = std.map((each) => 1 / each);
      context.weight('spectrum/scale', [channels * numbers], { kind: 'values', values: scale }, fixed);
      initLinear(context, 'embed', targetWidth + frames * channels, width);
    },
    embed(context, windows) {
      const { tf } = context;
      const [batch, tokens] = windows.shape as [number, number];
      const points = tf.reshape(windows, [batch * tokens, windowPoints, 2 * channels]);
      const [values, present] = tf.split(points, 2, 2) as [Tensor, Tensor];
      const flags = tf.reshape(unfold(tf, present, frame, hop, frames), [batch * tokens, frames, frame, channels]);
      const all = tf.concat([standardised(context, values), tf.mean(flags, 2)], 2);
      return linear(context, 'embed', tf.reshape(all, [batch, tokens, targetWidth + frames * channels]));
    },
    target(context, windows) {
      const { tf } = context;
      const [batch, tokens] = windows.shape as [number, number];
      const points = tf.reshape(windows, [batch * tokens, windowPoints, channels]);
      return tf.reshape(standardised(context, points), [batch, tokens, targetWidth]);
    },
  };
}
