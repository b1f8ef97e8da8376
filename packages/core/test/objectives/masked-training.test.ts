import { describe, expect, test } from 'vitest';
import type { Config } from '../../src/compose/config.js';
import { early, late } from '../../src/fusion/index.js';
import { maskedModelling } from '../../src/objectives/index.js';
import { createTrainable } from '../../src/train/trainable.js';
import { trainingStep } from '../../src/train/training-step.js';
import { series } from '../fixtures/series-plugin.js';
import { batchOf, project, sample, testModel } from '../fixtures/test-project.js';
import { scoredSeries } from './scored-series.js';

const masking = { left: { kind: 'random', ratio: 0.25 } } as const;
const inputs = { left: scoredSeries(), right: series() };
const masked = (options: object = {}) => ({ masked: maskedModelling({ input: 'left', normalise: false, ...options }) });

describe('masked modelling is refused by name', () => {
  const base = { inputs, masking, objectives: masked() };
  test.each<[string, Partial<Config>, RegExp]>([
    ['of an input that is not composed', { objectives: masked({ input: 'lft' }) }, /"lft".*did you mean "left"/],
    [
      'of an input that nothing hides',
      { masking: {} },
      /objectives\/masked .*"left", but nothing hides any; add `masking/,
    ],
    [
      'of an adapter without a target',
      { objectives: masked({ input: 'right' }), masking: { right: { kind: 'drop', ratio: 1 } } },
      /"right", but test-series has no `target`/,
    ],
    ['from fused tokens without a fusion', { objectives: masked({ from: 'fused' }) }, /but the config has no fusion/],
  ])('%s', (_, change, message) => {
    expect(() => project({ ...base, ...change })).toThrow(message);
  });

  test('from fused tokens that the fusion does not keep', async () => {
    const runtime = project({ inputs, masking, fusion: late(), objectives: masked({ from: 'fused' }) });
    const model = await testModel(runtime);
    const batch = await batchOf(model, [sample('a', { left: [1], right: [1] })]);
    const rate = model.backend.tf.scalar(0.01);
    expect(() => trainingStep(createTrainable(model), [batch], rate)).toThrow(/no tokens of "left", but of joint/);
  });
});

test.each([
  ['input', undefined],
  ['fused', early({ layers: 1, heads: 2 })],
] as const)('from %s tokens: steps learn what is hidden', async (from, fusion) => {
  const model = await testModel(project({ inputs, masking, fusion, objectives: masked({ from }) }));
  const trainable = createTrainable(model);
  const { tf } = model.backend;
  // Every number of a sample is the same one: what is hidden can be seen beside it.
  const samples = [-1, 1, 2].map((value) => sample(`${value}`, { left: [value, value, value, value], right: [1] }));
  const errors: number[] = [];
  for (let draw = 0; draw < 50; draw++) {
    const batch = await batchOf(model, samples, { draw });
    const { names, values } = trainingStep(trainable, [batch], tf.scalar(0.03));
    errors.push(values.dataSync()[names.indexOf('loss/masked/left')]!);
  }
  const mean = (some: number[]) => some.reduce((sum, value) => sum + value / some.length, 0);
  // The variance of -1, 1, 2 is 1.56: what the mean alone would reach.
  expect(mean(errors.slice(0, 5))).toBeGreaterThan(1);
  expect(mean(errors.slice(-10))).toBeLessThan(0.5);
});
