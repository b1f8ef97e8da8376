import { expect, test } from 'vitest';
import { FrameSplitter, LONGEST_FRAME } from '../../src/live/frame-splitter.js';
import { noise } from '../series.js';

function collect(delimiter = 0) {
  const frames: number[][] = [];
  const overflows: number[] = [];
  const splitter = new FrameSplitter(
    delimiter,
    (bytes, start, end) => frames.push([...bytes.subarray(start, end)]),
    () => overflows.push(frames.length),
  );
  return { frames, overflows, splitter };
}

test('frames are the same however the bytes are cut', () => {
  const bytes = Uint8Array.from(noise(5000, 1), (value) => Math.max(0, 20 * value));
  const whole = collect();
  whole.splitter.push(bytes);
  const wanted = Buffer.from(bytes)
    .toString('latin1')
    .split('\0')
    .slice(0, -1)
    .filter((frame) => frame !== '');
  expect(whole.frames.map((frame) => String.fromCharCode(...frame))).toEqual(wanted);
  for (const size of [1, 2, 7, 64, 4999]) {
    const parts = collect();
    for (let from = 0; from < bytes.length; from += size) parts.splitter.push(bytes.subarray(from, from + size));
    expect(parts.frames).toEqual(whole.frames);
  }
});

test('a frame that is too long is left out once, and the next one is read', () => {
  const { frames, overflows, splitter } = collect();
  for (let part = 0; part < 300; part++) splitter.push(new Uint8Array(1000).fill(1));
  splitter.push(Uint8Array.of(1, 0, 2, 0));
  expect([frames, overflows]).toEqual([[[2]], [0]]);
  expect(splitter.buffered).toBe(0);
});

test('no more than 64 KiB are ever kept', () => {
  const { splitter } = collect();
  let most = 0;
  for (let part = 0; part < 3000; part++) {
    splitter.push(new Uint8Array(97).fill(1));
    most = Math.max(most, splitter.buffered);
  }
  expect(most).toBeGreaterThan(LONGEST_FRAME - 97);
  expect(most).toBeLessThanOrEqual(LONGEST_FRAME);
});

test('forgetting half a frame tells that there was one', () => {
  const { frames, splitter } = collect();
  splitter.push(Uint8Array.of(1, 2));
  expect([splitter.reset(), splitter.reset()]).toEqual([true, false]);
  splitter.push(Uint8Array.of(3, 0));
  expect(frames).toEqual([[3]]);
});

test('every byte is looked at once: eight times as much takes about eight times as long', () => {
  const took = (megabytes: number) => {
    const { splitter } = collect();
    const chunk = new Uint8Array(65536).fill(1);
    const begin = performance.now();
    for (let part = 0; part < 16 * megabytes; part++) splitter.push(chunk);
    return performance.now() - begin;
  };
  took(8);
  const least = (megabytes: number) => Math.min(...[1, 2, 3].map(() => took(megabytes)));
  expect(least(8)).toBeLessThan(100);
  expect(least(64)).toBeLessThan(40 * Math.max(1, least(8)));
});
