import { expect, test } from 'vitest';
import { detection } from '../../src/metrics/index.js';
import { measure, numbers } from './evaluation.js';

const health = ['normal', 'normal', 'normal', 'normal', 'bearing', 'bearing', 'loose', undefined];
const scores = [0.1, 0.2, 0.3, 2, 3, 0.2, 1.5, 9];
const parts = {
  targets: { health },
  outputs: {
    'alarm/score': scores.map((score) => [score]),
    'alarm/logits': scores.map((score) => [0, Math.log(score)]),
  },
};

test('rates at the threshold, each fault by name, and how scores rank', async () => {
  const { values, bySample } = await measure(detection({ head: 'alarm', target: 'health', every: 1800 }), parts);
  // Above 1 are 1 of 4 normal samples, 1 of 2 bearings and 1 of 1 loose; 2 samples an hour make 0.5 false alarms.
  // Pairs of fault and normal: 3 wins over all 4; 0.2 over 0.1, half over 0.2; 1.5 over 3: (4 + 1.5 + 3) / 12.
  expect(numbers(values)).toEqual({
    'falseAlarmRate/alarm': 0.25,
    'falseAlarmsPerHour/alarm': 0.5,
    'detected/alarm': 2 / 3,
    'detected/alarm/bearing': 0.5,
    'detected/alarm/loose': 1,
    'auroc/alarm': 8.5 / 12,
  });
  expect(values['falseAlarmRate/alarm']!.n).toBe(4);
  expect(Array.from(bySample!['score/alarm']!)).toEqual(scores.map(Math.fround));
});

test('what has no sample has no figure', async () => {
  const all = { ...parts, targets: { health: health.map(() => 'normal') } };
  const { values } = await measure(detection({ head: 'alarm', target: 'health' }), all);
  expect(Object.keys(values)).toEqual(['falseAlarmRate/alarm']);
});

test('without each input, and with each alone', async () => {
  const asked = (scores: number[]) => ({ 'alarm/score': scores.map((score) => [score]) });
  const subsets = { a: asked([1, 2]), b: asked([2, 1]), c: asked([1, 1]), 'a+b': asked([1, 2]), 'a+c': asked([1, 1]) };
  const outputs = {
    ...asked([1, 2]),
    'alarm/logits': [
      [0, -1],
      [0, 1],
    ],
  };
  const targets = { health: ['normal', 'loose'] };
  const { values } = await measure(detection({ head: 'alarm', target: 'health', inputs: ['a', 'b', 'c'] }), {
    ...{ targets, outputs, subsets: { ...subsets, 'b+c': asked([2, 1]) } },
  });
  expect(numbers(values)).toMatchObject({
    'auroc/alarm': 1,
    'auroc/alarm/without/a': 0,
    'auroc/alarm/without/b': 0.5,
    'auroc/alarm/without/c': 1,
    'auroc/alarm/alone/a': 1,
    'auroc/alarm/alone/b': 0,
    'auroc/alarm/alone/c': 0.5,
  });
  expect(() => detection({ head: 'alarm', inputs: ['a', 'a'] })).toThrow(/each input is named once/);
});
