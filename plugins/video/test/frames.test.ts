import { expect, test } from 'vitest';
import { FrameReservoir } from '../src/frame-reservoir.js';
import { joinFrames } from '../src/join-frames.js';
import { FrameGate } from '../src/live/frame-gate.js';

function reservoir(times: Iterable<number>, capacity = 64): FrameReservoir {
  const filled = new FrameReservoir(capacity);
  for (const time of times) filled.add({ time, pixels: Uint8Array.of(1) });
  return filled;
}

const taken = (times: Iterable<number>, count: number, capacity?: number) =>
  reservoir(times, capacity)
    .take(count)
    .map(({ time }) => time);
const steady = (frames: number) => Array.from({ length: frames }, (_, index) => index);

test('takes the frame nearest to the middle of each equal part', () => {
  // Ten frames of a second fill 0 … 10. Two parts: middles 2.5 and 7.5 are in frames 2 and 7, which begin at 2 and 7.
  expect(taken(steady(10), 2)).toEqual([2, 7]);
  expect(taken(steady(3), 1)).toEqual([1]);
  // Twelve frames in five parts of 2.4 s: middles 1.2, 3.6, 6, 8.4, 10.8 less half a frame: 0.7, 3.1, 5.5, 7.9, 10.3.
  expect(taken(steady(12), 5)).toEqual([1, 3, 6, 8, 10]);
});

test('as many frames or fewer are taken as they are, none twice', () => {
  expect(taken(steady(4), 4)).toEqual([0, 1, 2, 3]);
  expect(taken(steady(3), 8)).toEqual([0, 1, 2]);
  expect(taken([7], 8)).toEqual([7]);
  expect(taken([], 8)).toEqual([]);
});

test('of a variable rate as many different frames are taken as asked, in order', () => {
  const times = [0, 0.1, 0.2, 0.3, 9, 10];
  for (const count of [1, 2, 3, 4, 5, 6]) {
    const chosen = taken(times, count);
    expect(new Set(chosen).size).toBe(count);
    expect(chosen).toEqual([...chosen].sort((a, b) => a - b));
  }
});

test('keeps no more than its capacity, evenly, however long the clip; the duration need not be known', () => {
  const filled = new FrameReservoir(16);
  for (let time = 0; time < 10_000; time++) {
    filled.add({ time, pixels: Uint8Array.of(1) });
    expect((filled as unknown as { kept: unknown[] }).kept.length).toBeLessThanOrEqual(16);
  }
  expect(filled.seen).toBe(10_000);
  const chosen = filled.take(4).map(({ time }) => time);
  // Middles of the quarters: 1250, 3750, 6250, 8750; kept frames are at most 2 * 10000 / 16 = 1250 s apart.
  chosen.forEach((time, index) => {
    expect(Math.abs(time - (1250 + 2500 * index))).toBeLessThanOrEqual(1250 / 2 + 1);
  });
});

test('a frame that is not later than the last is left out', () => {
  expect(taken([0, 1, 1, 0.5, 2, Number.NaN, 3], 8)).toEqual([0, 1, 2, 3]);
});

test('the gate lets one frame through for each interval, the first that is nearer to it', () => {
  const gate = new FrameGate(4);
  // moments from 10: 10, 10.25, 10.5, 10.75 …; halfway between them 10.125, 10.375, 10.625 … 11.625
  const times = [10, 10.1, 10.13, 10.3, 10.37, 10.38, 10.7, 11.6, 11.7];
  expect(times.filter((time) => gate.passes(time))).toEqual([10, 10.13, 10.38, 10.7, 11.6, 11.7]);
  const jittered = Array.from({ length: 100 }, (_, index) => 5 + index / 4 + 0.1 * Math.sin(7 * index));
  const second = new FrameGate(4);
  expect(jittered.filter((time) => second.passes(time))).toEqual(jittered);
});

test('a frame is seen for its own time, and never beyond the next', () => {
  const frames = [0, 0.03, 1].map((time, index) => ({ time, pixels: Uint8Array.of(index, 9) }));
  const { pixels, times, origin } = joinFrames(frames, 0.04);
  expect([...times]).toEqual([0, 0.03, 0.03, 0.07, 1, 1.04]);
  expect([...pixels]).toEqual([0, 9, 1, 9, 2, 9]);
  expect(origin).toBe(0);
});
