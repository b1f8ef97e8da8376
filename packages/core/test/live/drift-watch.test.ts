import { describe, expect, it } from 'vitest';
import { type Drift, driftWatch } from '../../src/live/drift-watch.js';

/** Windows of a second: of each the mean and the deviation of 100 standard scores. */
function watch(windows: readonly (readonly [number, number])[], limit = 3): (Drift & { at: number })[] {
  const take = driftWatch(limit);
  return windows.flatMap(([mean, deviation], at) => {
    const scores = { name: 'x', count: 100, sum: 100 * mean, squares: 100 * (deviation ** 2 + mean ** 2) };
    return take('motion', [scores], [at, at + 1]).map((drift) => ({ ...drift, at }));
  });
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);
const [usual, off, stuck, loud] = [[0, 1] as const, [4, 1] as const, [-2, 0] as const, [0, 5] as const];

describe('drift', () => {
  it('is not told of what is as in training, nor of what is within the limits', () => {
    expect(watch(times(60, usual))).toEqual([]);
    expect(watch(times(60, [2.5, 0.5] as const))).toEqual([]);
    expect(watch(times(60, [0, 0.1] as const))).toEqual([]);
  });

  it('is told once, of a mean that is off, a deviation that is large, and of what does not change any more', () => {
    expect(watch(times(60, off))).toMatchObject([{ series: 'x', mean: 4, deviation: 1, over: false, at: 4 }]);
    expect(watch(times(60, loud))).toMatchObject([{ mean: 0, deviation: 5, at: 4 }]);
    expect(watch(times(60, stuck))).toMatchObject([{ mean: -2, deviation: 0, at: 4 }]);
    expect(watch(times(60, off), 5)).toEqual([]);
  });

  it('takes some seconds, and is over some seconds after', () => {
    // after k s of 4 the mean is 4 (1 - e^(-k/10)): 3 from k = 13.9 on; after k more of 0 below 0.8 * 3 once e^(-k/10) < 0.6
    const found = watch([...times(40, usual), ...times(60, off), ...times(60, usual)]);
    expect(found.map(({ at, over }) => `${at} ${over}`)).toEqual(['53 false', '105 true']);
  });

  it('says nothing by a window alone, and keeps inputs and series apart', () => {
    expect(watch(times(4, off))).toEqual([]);
    const take = driftWatch(3);
    const scores = (name: string, mean: number) => ({ name, count: 1, sum: mean, squares: mean ** 2 + 1 });
    const found = times(20, 0).flatMap((_, at) => [
      ...take('a', [scores('x', 0), scores('y', 4)], [at, at + 1]),
      ...take('b', [scores('y', 0)], [at, at + 1]),
    ]);
    expect(found.map(({ series }) => series)).toEqual(['y']);
  });

  it('leaves out series of which nothing was measured', () => {
    const take = driftWatch(3);
    expect(take('a', [{ name: 'x', count: 0, sum: 0, squares: 0 }], [0, 9])).toEqual([]);
  });
});
