import { expect, it } from 'vitest';
import { freezeSchedule } from '../../src/train/freeze-schedule.js';
import { notedMoments } from '../../src/train/moments.js';

const names = ['ear/a', 'ear/b', 'eye/a', 'heads/kind/bias'];
const measured = (value: number) => ({ value, low: value, high: value, n: 1 });
const none = new Set<string>();

it('a pattern alone freezes for good, one with moments from the first to the second', () => {
  const freeze = ['heads/*', { weights: 'eye/*', from: 2, until: 4 }, { weights: 'ear/b', until: 3 }];
  const schedule = freezeSchedule(freeze, names, names);
  expect([...schedule.always]).toEqual(['heads/kind/bias']);
  expect(schedule.changes).toBe(true);
  const left = names.slice(0, 3);
  const live = [0, 2, 3, 4].map((step) => [...schedule.live(left, step, none)]);
  expect(live).toEqual([
    [1, 0, 1],
    [1, 0, 0],
    [1, 1, 0],
    [1, 1, 1],
  ]);
});

it('a metric that has once come to its value stays noted', () => {
  const freeze = [{ weights: 'eye/*', until: { metric: 'accuracy/kind', above: 0.8 } }];
  const schedule = freezeSchedule(freeze, names, names);
  expect(notedMoments('train.freeze', freeze, { 'accuracy/kind': measured(0.79) })).toEqual([]);
  const noted = notedMoments('train.freeze', freeze, { 'accuracy/kind': measured(0.8) });
  expect([...schedule.live(names, 9, none)]).toEqual([1, 1, 0, 1]);
  expect([...schedule.live(names, 9, new Set(noted))]).toEqual([1, 1, 1, 1]);
  expect(() => notedMoments('train.freeze', freeze, { 'accuracy/kinds': measured(1) })).toThrow(
    'config: train.freeze: no metric measures "accuracy/kind"; did you mean "accuracy/kinds"?',
  );
});

it.each([
  ['nothing, a typing error', ['eer/*'], 'the pattern "eer/*" matches no weight; did you mean "ear/*"?'],
  ['nothing at all alike', ['caption/*'], 'matches no weight; there are: ear/*, eye/*, heads/*.'],
  ['everything', ['*'], 'train.freeze leaves no weight to train; remove a pattern'],
  ['everything at first', [{ weights: '*', until: 5 }], 'leaves no weight to train at step 0;'],
  [
    'everything in between',
    ['heads/*', { weights: 'ear/*', from: 3 }, { weights: 'eye/*', until: 4 }],
    'leaves no weight to train at step 3;',
  ],
])('freezing %s is refused', (_, freeze, message) => {
  expect(() => freezeSchedule(freeze, names, names)).toThrow(message);
});
