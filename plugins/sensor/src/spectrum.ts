import type { Tensor, Tf } from '@modalkit/contract';
import { unfold } from './unfold.js';

/** Under the power before its logarithm: 80 dB below the deviation of a channel that is standardised. */
const FLOOR = 1e-8;

/** How a window of points is cut into segments, and what each is multiplied with. */
export interface Spectrum {
  /** Points of a segment, and from the start of one to that of the next. */
  readonly frame: number;
  readonly hop: number;
  /** Segments of a window; the last may reach beyond it, into zeros. */
  readonly frames: number;
  /** Numbers of a segment and channel: ln power of each frequency of what is left without the mean, then the mean. */
  readonly numbers: number;
  /** `[frame, 2 frequencies + 1]` row-major: cosines, sines, and a column that gives the mean. */
  readonly basis: Float32Array;
}

/** The short-time Fourier transform of windows of so many points. */
export function spectrumOf({
  frame,
  hop,
  windowPoints,
}: {
  readonly frame: number;
  readonly hop: number;
  readonly windowPoints: number;
}): Spectrum {
  const frequencies = Math.floor(frame / 2) + 1;
  const frames = 1 + Math.max(0, Math.ceil((windowPoints - frame) / hop));
  return { frame, hop, frames, numbers: frequencies + 1, basis: fourierBasis(frame, frequencies) };
}

/**
 * Periodic Hann window w times cos and sin of 2 pi k n / N, over sqrt(sum w^2): then the power of white noise of variance 1 is 1
 * at every frequency from the third to the last but one. Each sums to 0, which takes the segment's mean away: it is a number of its own,
 * and in the lowest frequencies how far a sensor leans would hide what moves.
 */
function fourierBasis(frame: number, frequencies: number): Float32Array {
  const hann = Array.from({ length: frame }, (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / frame));
  const norm = Math.sqrt(hann.reduce((sum, weight) => sum + weight * weight, 0));
  const turn = (k: number, n: number) => (2 * Math.PI * ((k * n) % frame)) / frame;
  const waves = [Math.cos, Math.sin].flatMap((wave) =>
    Array.from({ length: frequencies }, (_, k) => hann.map((weight, n) => (wave(turn(k, n)) * weight) / norm)),
  );
  const columns = [...waves.map(centred), Array<number>(frame).fill(1 / frame)];
  return Float32Array.from({ length: frame * columns.length }, (_, at) => {
    return columns[at % columns.length]![Math.floor(at / columns.length)]!;
  });
}

function centred(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

/** ln power of each frequency and the mean, of each segment and channel: `[n, points, C]` -> `[n, frames, C * numbers]`. */
export function logSpectrum(tf: Tf, points: Tensor, { frame, hop, frames, numbers, basis }: Spectrum): Tensor {
  const [count, , channels] = points.shape as [number, number, number];
  const cut = tf.reshape(unfold(tf, points, frame, hop, frames), [count * frames, frame, channels]);
  const segments = tf.reshape(tf.transpose(cut, [0, 2, 1]), [count * frames * channels, frame]);
  const frequencies = numbers - 1;
  const product = tf.matMul(segments as never, tf.tensor2d(basis, [frame, 2 * frequencies + 1]));
  const [real, imaginary, mean] = tf.split(product, [frequencies, frequencies, 1], 1) as [Tensor, Tensor, Tensor];
  const power = tf.add(tf.square(real), tf.square(imaginary));
  return tf.reshape(tf.concat([tf.log(tf.add(power, FLOOR)), mean], 1), [count, frames, channels * numbers]);
}

/** The same of one segment of one channel, on the host. */
export function segmentSpectrum(segment: Float32Array, { frame, numbers, basis }: Spectrum): Float64Array {
  const columns = 2 * numbers - 1;
  const products = new Float64Array(columns);
  for (let n = 0; n < frame; n++)
    for (let column = 0; column < columns; column++)
      products[column] = products[column]! + segment[n]! * basis[n * columns + column]!;
  return Float64Array.from({ length: numbers }, (_, k) =>
    k === numbers - 1 ? products[columns - 1]! : Math.log(products[k]! ** 2 + products[k + numbers - 1]! ** 2 + FLOOR),
  );
}
