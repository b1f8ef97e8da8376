import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { logMel } from '../src/log-mel.js';
import { MelFrames } from '../src/mel-frames.js';

interface Golden {
  readonly rate: number;
  readonly fftSize: number;
  readonly hop: number;
  readonly mels: number;
  readonly count: number;
  readonly frames: readonly (readonly number[])[];
}

/** Made by goldens/make-log-mel.py. */
const GOLDENS: Golden[] = JSON.parse(readFileSync(new URL('goldens/log-mel.json', import.meta.url), 'utf8'));

/** The signal of make-log-mel.py. */
function signal(rate: number, count: number): Float32Array {
  let state = 1;
  return Float32Array.from({ length: count }, (_, i) => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    const [time, noise] = [i / rate, state / 2 ** 31 - 1];
    const loud = 0.5 * Math.sin(2 * Math.PI * (300 + 4000 * time) * time) + 0.1 * noise;
    return i < Math.floor((count * 3) / 4) ? loud : 0;
  });
}

const largest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.max(...Array.from(a, (value, index) => Math.abs(value - b[index]!)));

test.each(GOLDENS)('$fftSize samples at $rate Hz, hop $hop, $mels mels: what NumPy and librosa compute', (golden) => {
  const found = logMel(signal(golden.rate, golden.count), golden);
  const expected = golden.frames.flat();
  expect(found).toHaveLength(expected.length);

  expect(largest(found, expected)).toBeLessThan(1e-4);
  expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(1.4);
});

test.each([160, 200, 37])('hop %d: frames are the same whatever the pieces of the signal', (hop) => {
  const options = { rate: 16_000, fftSize: 400, hop, mels: 20 };
  const whole = signal(16_000, 50_003);
  const framesOf = (pieces: readonly number[]) => {
    const frames = new MelFrames(options);
    const found: number[] = [];
    let at = 0;
    for (const piece of pieces) {
      found.push(...frames.push(whole.subarray(at, at + piece)));
      at += piece;
    }
    found.push(...frames.push(whole.subarray(at)), ...frames.end());
    return found;
  };
  const expected = framesOf([]);
  expect(expected).toHaveLength(Math.floor(50_003 / hop) * 20);
  expect(expected.every(Number.isFinite)).toBe(true);
  expect(framesOf([1, 199, 1, 7, 0, 1000, 20_000])).toEqual(expected);
  expect(framesOf(Array(600).fill(80))).toEqual(expected);
});
