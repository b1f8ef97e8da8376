import { expect, it } from 'vitest';
import { SpikeWatch } from '../../src/train/loss-spike.js';

/** 3, 1, 3, 1 …: the median is 2, the median absolute deviation 1, the robust deviation 1.4826. */
const even = (count: number) => Array.from({ length: count }, (_, index) => (index % 2 === 0 ? 3 : 1));

function watching(limit: number, losses: readonly number[]): SpikeWatch {
  const watch = new SpikeWatch(limit);
  for (const loss of losses) expect(watch.note(loss)).toBeUndefined();
  return watch;
}

it('judges by robust deviations above the median', () => {
  // 2 + 10 x 1.4826 = 16.826
  expect(watching(10, even(32)).note(16.8)).toBeUndefined();
  const spike = watching(10, even(32)).note(16.9)!;
  expect(spike).toMatchObject({ loss: 16.9, median: 2 });
  expect(spike.deviations).toBeCloseTo(14.9 / 1.4826, 6);
});

it('is silent for 32 losses, and below the median', () => {
  expect(watching(10, even(31)).note(1e6)).toBeUndefined();
  expect(watching(10, even(32)).note(-1e6)).toBeUndefined();
});

it('is hardly moved by spikes: the next is found too', () => {
  const watch = watching(10, even(40));
  for (const loss of [100, 120, 90]) expect(watch.note(loss)?.loss).toBe(loss);
});

it('takes a tiny uneven loss late in a run for no spike, but one as large as at the beginning', () => {
  // The first median is 2: 5 % of it, 0.1, is the least deviation.
  const watch = watching(10, [...even(40), ...Array.from({ length: 64 }, () => 0.001)]);
  expect(watch.note(0.9)).toBeUndefined();
  expect(watch.note(1.1)?.deviations).toBeCloseTo(10.99, 2);
});

it('goes on from what was saved as if it had never stopped', () => {
  const losses = Array.from({ length: 90 }, (_, index) => 2 + Math.sin(index * index));
  const whole = watching(10, losses);
  const half = watching(10, losses.slice(0, 45));
  const resumed = new SpikeWatch(10, JSON.parse(JSON.stringify(half.state)));
  for (const loss of losses.slice(45)) resumed.note(loss);
  expect(resumed.state).toEqual(whole.state);
  expect(resumed.note(40)).toEqual(whole.note(40));
});
