import type { Tensor } from '@modalkit/contract';
import { expect, test } from 'vitest';
import { parseSensorOptions, type SensorOptions } from '../src/sensor-options.js';
import { logSpectrum, segmentSpectrum, spectrumOf } from '../src/spectrum.js';
import { adapterOf, hostContext, tf } from './helpers.js';
import { noise, steps } from './series.js';

/** The discrete Fourier transform of a segment without its mean, as it is written, in double precision. */
function reference(segment: ArrayLike<number>): number[] {
  const size = segment.length;
  const mean = Array.from(segment).reduce((sum, value) => sum + value, 0) / size;
  const hann = Array.from({ length: size }, (_, n) => (1 - Math.cos((2 * Math.PI * n) / size)) / 2);
  const energy = hann.reduce((sum, weight) => sum + weight ** 2, 0);
  const powers = Array.from({ length: Math.floor(size / 2) + 1 }, (_, k) => {
    let [real, imaginary] = [0, 0];
    for (let n = 0; n < size; n++) {
      real += hann[n]! * (segment[n]! - mean) * Math.cos((2 * Math.PI * k * n) / size);
      imaginary -= hann[n]! * (segment[n]! - mean) * Math.sin((2 * Math.PI * k * n) / size);
    }
    return Math.log((real ** 2 + imaginary ** 2) / energy + 1e-8);
  });
  return [...powers, mean];
}

const numbers = (tensor: Tensor) => [...tensor.dataSync<'float32'>()];
const largest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.max(...Array.from(a, (value, at) => Math.abs(value - b[at]!)));

test('four points by hand', () => {
  // Hann 0, 1/2, 1, 1/2, energy 3/2; x = 1, 0, 2, 0, mean 3/4: without it and weighted 0, -3/8, 5/4, -3/8. The sums are 1/2, -5/4 and
  // 2: powers 1/4, 25/16 and 4, over 3/2.
  const [zero, first, second, mean] = segmentSpectrum(
    Float32Array.of(1, 0, 2, 0),
    spectrumOf({ frame: 4, hop: 4, windowPoints: 4 }),
  );
  const powers = [1 / 6, 25 / 24, 8 / 3];
  [zero, first, second].forEach((power, at) => void expect(power).toBeCloseTo(Math.log(powers[at]!), 6));
  expect(mean).toBe(0.75);
});

test.each([
  [16, 8, 40],
  [15, 4, 33],
  [256, 128, 256],
])('segments of %i points every %i in a window of %i: those of the Fourier transform', (frame, hop, windowPoints) => {
  const spectrum = spectrumOf({ frame, hop, windowPoints });
  const [x, y] = [noise(windowPoints, 1), noise(windowPoints, 2)];
  const interleaved = x.flatMap((value, at) => [value, y[at]!]);
  const ours = numbers(logSpectrum(tf, tf.tensor3d(interleaved, [1, windowPoints, 2]), spectrum));
  const theirs = Array.from({ length: spectrum.frames }, (_, at) =>
    [x, y].flatMap((series) => {
      const part = series.slice(at * hop, at * hop + frame);
      return reference([...part, ...Array(frame - part.length).fill(0)]);
    }),
  ).flat();
  expect(ours.length).toBe(theirs.length);
  expect(largest(ours, theirs)).toBeLessThan(2e-4);
  const first = segmentSpectrum(Float32Array.from(x.slice(0, frame)), spectrum);
  expect(largest(first, theirs.slice(0, spectrum.numbers))).toBeLessThan(2e-4);
});

test('the level survives: ten times the signal is ln 100 more power at every frequency', () => {
  const spectrum = spectrumOf({ frame: 32, hop: 16, windowPoints: 64 });
  const quiet = tf.tensor3d(noise(64, 3), [1, 64, 1]);
  const [one, ten] = [quiet, tf.mul(quiet, 10)].map((points) => numbers(logSpectrum(tf, points, spectrum)));
  const rises = ten!.map((value, at) => value - one![at]!).filter((_, at) => (at + 1) % spectrum.numbers !== 0);
  expect(Math.max(...rises.map((rise) => Math.abs(rise - Math.log(100))))).toBeLessThan(1e-2);
});

test('what leans by less or more is told by the mean alone', () => {
  const spectrum = spectrumOf({ frame: 32, hop: 32, windowPoints: 32 });
  const signal = noise(32, 4);
  const [still, leaning] = [0, 20].map((lean) =>
    segmentSpectrum(
      Float32Array.from(signal, (x) => x + lean),
      spectrum,
    ),
  );
  expect(largest(still!.slice(0, -1), leaning!.slice(0, -1))).toBeLessThan(1e-3);
  expect(leaning!.at(-1)! - still!.at(-1)!).toBeCloseTo(20, 4);
});

const options: SensorOptions & { encoder: 'spectrum' } = {
  ...{ channels: ['x'], rate: 100, window: 0.32, width: 8, heads: 2 },
  ...{ encoder: 'spectrum', frame: 16 },
};

test('what is learnt on the training split brings its spectra to mean 0 and deviation 1', async () => {
  const adapter = adapterOf(options);
  const recording = (seed: number, gain: number) => ({
    channels: { x: { times: steps(320, 0.01), values: noise(320, seed).map((value) => 5 + gain * value) } },
  });
  const samples = [recording(1, 1), recording(2, 3), recording(3, 2)];
  const state = (await adapter.fit!(
    (async function* () {
      yield* samples;
    })(),
    hostContext<undefined>(),
  ))!;
  const spectrum = spectrumOf(parseSensorOptions(options) as never);
  expect(state.spectrum!.mean.length).toBe(spectrum.numbers);
  const all = await Promise.all(
    samples.map(async (sample) => {
      const { values } = await adapter.prepare(sample, hostContext('', state));
      const points = tf.tensor3d(values, [10, 32, 1]);
      return tf.reshape(logSpectrum(tf, points, spectrum), [-1, spectrum.numbers]);
    }),
  );
  const { mean, variance } = tf.moments(tf.concat(all), 0);
  expect(largest(numbers(mean), state.spectrum!.mean)).toBeLessThan(1e-3);
  expect(largest(numbers(tf.sqrt(variance)), state.spectrum!.std)).toBeLessThan(1e-3);
});

test('a segment longer than the window is refused, and a step that skips samples', () => {
  expect(() => parseSensorOptions({ ...options, frame: 33 })).toThrow(/frame: must be 2 to 32 samples/);
  expect(() => parseSensorOptions({ ...options, hop: 17 })).toThrow(/hop: must be 2 to 32 samples/);
  expect(parseSensorOptions({ ...options, frame: undefined })).toMatchObject({ frame: 32, hop: 16 });
});
