import { expect, test } from 'vitest';
import { infoNCE, sigLIP } from '../../src/objectives/index.js';
import { createTrainable } from '../../src/train/trainable.js';
import { trainingStep } from '../../src/train/training-step.js';
import { series } from '../fixtures/series-plugin.js';
import { batchOf, project, sample, testModel } from '../fixtures/test-project.js';

const inputs = { a: series(), b: series(), c: series() };

test.each([
  ['infoNCE', infoNCE(), ['logitScale']],
  ['sigLIP', sigLIP(), ['logitScale', 'logitBias']],
])(
  '%s: a pair that no sample has keeps its weights, moments and counts; the others learn',
  async (_, plugin, names) => {
    const model = await testModel(project({ inputs, objectives: { contrast: plugin } }));
    const trainable = createTrainable(model);
    const { tf } = model.backend;
    const of = (pair: string) => names.map((name) => `objectives/contrast/${name}/${pair}`);
    const [seen, unseen] = [of('a+b'), [...of('a+c'), ...of('b+c')]];
    const value = (name: string) => model.weights.get(name)!.variable.dataSync()[0];
    const step = async (rows: Record<string, number[]>[]) => {
      const samples = rows.map((row, index) => sample(`${index}`, row));
      tf.dispose(trainingStep(trainable, [await batchOf(model, samples)], tf.scalar(0.01)).values);
      const counts = trainable.state.count.dataSync();
      const find = (name: string) => counts[trainable.flat.specs.findIndex((spec) => spec.name === name)];
      return { seen: seen.map(find), unseen: unseen.map(find) };
    };

    const every = [
      { a: [1, 2], b: [3, 1], c: [0, 2] },
      { a: [2, 0], b: [1, 1], c: [4, 1] },
    ];
    expect(await step(every)).toEqual({ seen: seen.map(() => 1), unseen: unseen.map(() => 1) });
    const [before, moving] = [unseen.map(value), seen.map(value)];
    // c is there, but never beside another input: its tower has a gradient of 0 and the pairs have no count.
    const apart: Record<string, number[]>[] = [{ a: [1, 2], b: [3, 1] }, { a: [2, 0], b: [1, 1] }, { c: [4, 1] }];
    expect(await step(apart)).toEqual({ seen: seen.map(() => 2), unseen: unseen.map(() => 1) });
    expect(unseen.map(value)).toEqual(before);
    for (const [index, name] of seen.entries()) expect(value(name)).not.toBe(moving[index]);
  },
);
