import type { MaskPolicy } from '@modalkit/contract';
import { createTestModel } from '@modalkit/toolkit/testing';
import { expect, test } from 'vitest';
import { adapterOf, clipOf, hostContext } from './helpers.js';
import { tensorsOf, tf } from './tf.js';

const STATE = { mean: [0.5], std: [0.5] };
const adapter = adapterOf({ size: [4, 6], patch: 2, channels: 1, width: 8, heads: 2, maxFrames: 8 });
/** Eight frames of six places; the second row is a clip of three frames, the third is absent. */
const times = [0, 1, 2, 3, 4, 5, 6, 7];
const arrays = tensorsOf(
  adapter.collate([clipOf(times, 24, 1), clipOf([0, 1, 2], 24, 2), undefined], { batch: 3, length: 50 }, hostContext()),
);
const layout = { valid: arrays.valid, position: { time: arrays.time, box: arrays.box, order: arrays.order } };

/** Hidden flags by row at one step of training. */
function hidden(policy: MaskPolicy, stepNumber: number, training = true): number[][] {
  const { step } = createTestModel({ tf, state: STATE, stepNumber, training });
  return tf.tidy(() => adapter.mask(layout, policy, step).arraySync() as number[][]);
}

const POLICIES: MaskPolicy[] = [
  { kind: 'random', ratio: 0.5 },
  { kind: 'span', ratio: 0.5, span: 2 },
  { kind: 'block', ratio: 0.5, block: 0.5 },
  { kind: 'tube', ratio: 0.5 },
  { kind: 'drop', ratio: 0.5 },
];

test.each(POLICIES)('%j hides its share of the valid tokens, by the key alone, and nothing in evaluation', (policy) => {
  const steps = Array.from({ length: 60 }, (_, step) => hidden(policy, step));
  const share = steps.flatMap(([row]) => row!.slice(0, 48));
  expect(share.reduce((sum, flag) => sum + flag, 0) / share.length).toBeGreaterThan(0.35);
  expect(share.reduce((sum, flag) => sum + flag, 0) / share.length).toBeLessThan(0.65);
  for (const [whole, short, absent] of steps) {
    expect([whole!.slice(48), short!.slice(18), absent].flat().every((flag) => flag === 0)).toBe(true);
  }
  expect(hidden(policy, 3)).toEqual(steps[3]);
  expect(hidden(policy, 3, false).flat()).not.toContain(1);
});

const frames = (row: readonly number[]) => Array.from({ length: 8 }, (_, frame) => row.slice(6 * frame, 6 * frame + 6));

test('a span is a run of whole frames in time', () => {
  let runs = 0;
  for (let step = 0; step < 40; step++) {
    const row = frames(hidden({ kind: 'span', ratio: 0.3, span: 3 }, step)[0]!).map((places) => new Set(places));
    expect(row.every((places) => places.size === 1)).toBe(true);
    const line = row.map((places) => [...places][0]).join('');
    runs += (line.match(/0(1+)0/g) ?? []).length;
    for (const [run] of line.matchAll(/(?<=0)1+(?=0)/g)) expect(run.length).toBeGreaterThanOrEqual(3);
  }
  expect(runs).toBeGreaterThan(3);
});

test('a block covers the same places of every frame: a tube', () => {
  let partial = 0;
  for (let step = 0; step < 40; step++) {
    const [first, ...others] = frames(hidden({ kind: 'block', ratio: 0.5, block: 0.4 }, step)[0]!);
    for (const frame of others) expect(frame).toEqual(first);
    if (new Set(first).size === 2) partial++;
  }
  expect(partial).toBeGreaterThan(10);
});

test('a tube hides each place by itself, at every step of the clip alike', () => {
  const firsts: number[][] = [];
  for (let step = 0; step < 60; step++) {
    const [first, ...others] = frames(hidden({ kind: 'tube', ratio: 0.5 }, step)[0]!);
    for (const frame of others) expect(frame).toEqual(first);
    firsts.push(first!);
  }
  // Six places, each hidden or not by itself: 64 patterns, of which 60 draws show 39 on average; blocks would show few.
  expect(new Set(firsts.map((first) => first.join())).size).toBeGreaterThan(28);
  for (let place = 0; place < 6; place++) {
    const share = firsts.reduce((sum, first) => sum + first[place]!, 0) / firsts.length;
    expect(Math.abs(share - 0.5)).toBeLessThan(0.25);
  }
});
