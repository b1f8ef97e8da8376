import type { BatchTensors, StepContext, Tensor, Tokens } from '@modalkit/contract';
import { zeroInvalid } from '@modalkit/toolkit';
import { mixWindows } from './mix-windows.js';
import type { ParsedSensorOptions } from './sensor-options.js';
import { hiddenPoints, unfold } from './unfold.js';
import type { WindowEncoder } from './window-encoder.js';

/**
 * One token a window: points under hidden windows are taken out, each window is embedded from its values and presence flags,
 * then the windows are mixed. The target of a token is its standardised values, `[B, T, windowPoints * C]`, or its spectrum.
 */
export function encodeWindows(
  arrays: BatchTensors,
  hidden: Tensor,
  context: StepContext,
  encoder: WindowEncoder,
  options: ParsedSensorOptions,
): Tokens {
  const { tf } = context;
  const { valid, time, values, present } = arrays as BatchTensors & { time: Tensor; values: Tensor; present: Tensor };
  const { windowPoints, stridePoints } = options;
  const windows = valid.shape[1]!;
  const seen = tf.sub(1, hiddenPoints(tf, hidden, windowPoints, stridePoints));
  const features = tf.mul(tf.concat([values, present], 2), seen);
  const embedded = encoder.embed(context, unfold(tf, features, windowPoints, stridePoints, windows));
  const mixed = mixWindows(context, embedded, { valid, hidden }, options);
  const target = encoder.target(context, unfold(tf, values, windowPoints, stridePoints, windows));
  return { values: zeroInvalid(tf, mixed, valid), valid, hidden, target, position: { time } };
}
