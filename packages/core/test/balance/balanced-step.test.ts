import type { Plugin } from '@modalkit/contract';
import { describe, expect, it } from 'vitest';
import { gradientModulation, gradNorm, pcGrad, uncertaintyWeighting } from '../../src/balance/index.js';
import type { Config } from '../../src/compose/config.js';
import { late } from '../../src/fusion/index.js';
import { classify } from '../../src/heads/index.js';
import { crossEntropy } from '../../src/objectives/index.js';
import type { Model } from '../../src/train/model.js';
import { createTrainable, type Trainable } from '../../src/train/trainable.js';
import { trainingStep } from '../../src/train/training-step.js';
import { series } from '../fixtures/series-plugin.js';
import { batchOf, meanSquare, project, sample, testModel } from '../fixtures/test-project.js';

const small = () => series({ layers: 0, width: 4 });
/** Objectives that pull the same weights apart, each with a target of its own. */
const opposed = () => ({
  up: meanSquare({ input: 'left', target: 'value' }),
  down: meanSquare({ input: 'left', target: 'other', weight: 2 }),
});
const both = (value: number) => ({ ...sample('a', { left: [1, 2] }), targets: { value, other: -value } });
const onlyUp = (value: number) => ({ ...both(value), targets: { value } });

async function open(balancer: Plugin | undefined, change: Partial<Config> = {}): Promise<Trainable> {
  const optimiser = { kind: 'sgd', momentum: 0 } as const;
  const config = {
    inputs: { left: small() },
    objectives: opposed(),
    train: { steps: 9, optimiser, clip: false as const },
  };
  return createTrainable(await testModel(project({ ...config, balancer, ...change })));
}

type Samples = Parameters<typeof batchOf>[1];

async function step(trainable: Trainable, samples: Samples[], rate = 0.1) {
  const { tf } = trainable.model.backend;
  const batches = await Promise.all(samples.map((some) => batchOf(trainable.model, some)));
  const scalar = tf.scalar(rate);
  const { names, values } = trainingStep(trainable, batches, scalar);
  const read = values.dataSync();
  tf.dispose([scalar, values, batches as never]);
  return Object.fromEntries(names.map((name, index) => [name, read[index]!]));
}

const weightsOf = ({ weights }: Model, prefix = '') =>
  [...weights].filter(([name]) => name.startsWith(prefix)).flatMap(([, { variable }]) => [...variable.dataSync()]);
const own = ({ model }: Trainable, name: string) => weightsOf(model, `objectives/balancer/${name}`);

function expectClose(a: readonly number[], b: readonly number[], digits = 5): void {
  expect(a.length).toBe(b.length);
  for (const [index, value] of a.entries()) expect(b[index]).toBeCloseTo(value, digits);
}

describe('uncertainty weighting', () => {
  it('begins as fixed weights, and each variance follows the gradient of exp(-s) w L + s / 2', async () => {
    const [fixed, learnt] = [await open(undefined), await open(uncertaintyWeighting())];
    const [plain, found] = [await step(fixed, [[both(1)]]), await step(learnt, [[both(1)]])];
    expect(found.loss).toBeCloseTo(plain.loss!, 6);
    expectClose(weightsOf(learnt.model, 'left/'), weightsOf(fixed.model, 'left/'));
    // At s = 0 the gradient is 1/2 - w L: s <- -0.1 (1/2 - w L).
    expect(own(learnt, 'logVariance/up')[0]).toBeCloseTo(-0.1 * (0.5 - found['loss/up/error']!), 6);
    expect(own(learnt, 'logVariance/down')[0]).toBeCloseTo(-0.1 * (0.5 - 2 * found['loss/down/error']!), 6);
  });

  it('is the same over accumulated batches, and an objective that counts nothing keeps its variance', async () => {
    const [whole, parts] = [await open(uncertaintyWeighting()), await open(uncertaintyWeighting())];
    const some = [both(1), both(0.5), onlyUp(0.2)];
    for (let turn = 0; turn < 2; turn++) {
      const large = await step(whole, [some]);
      const added = await step(parts, [some.slice(0, 1), some.slice(1)]);
      expect(added.loss).toBeCloseTo(large.loss!, 5);
    }
    expectClose(weightsOf(whole.model), weightsOf(parts.model));
    const kept = own(whole, 'logVariance/down');
    expect(kept).not.toEqual([0]);
    await step(whole, [[onlyUp(1)]]);
    expect(own(whole, 'logVariance/down')).toEqual(kept);
  });
});

it('PCGrad: nothing changes while one objective counts; two that conflict are projected', async () => {
  const [fixed, projected] = [await open(undefined), await open(pcGrad())];
  await step(fixed, [[onlyUp(1)]]);
  await step(projected, [[onlyUp(1)]]);
  expectClose(weightsOf(projected.model), weightsOf(fixed.model));
  const [sum, other] = [await step(fixed, [[both(3)]], 0), await step(projected, [[both(3)]], 0)];
  expect(other.loss).toBeCloseTo(sum.loss!, 4);
  // Both gradients lie on one line, so each is projected to nothing.
  expect(sum.gradientNorm).toBeGreaterThan(0.1);
  expect(other.gradientNorm).toBeLessThan(1e-3);
});

it('GradNorm keeps the first losses and moves the factors; a step that is not finite moves neither', async () => {
  const trainable = await open(gradNorm());
  const found = await step(trainable, [[both(1)]]);
  const first = own(trainable, 'first');
  expectClose(first, [found['loss/up/error']!, found['loss/down/error']!]);
  const factors = own(trainable, 'factors');
  expect(factors).not.toEqual([1, 1]);
  expect(factors[0]! + factors[1]!).toBeCloseTo(2, 5);
  await step(trainable, [[both(0.5)]]);
  expect(own(trainable, 'first')).toEqual(first);
  const before = own(trainable, 'factors');
  await step(trainable, [[both(1e30)]]);
  expect([own(trainable, 'factors'), own(trainable, 'first')]).toEqual([before, first]);
});

describe('gradient modulation', () => {
  const two = (balancer: Plugin | undefined) =>
    open(balancer, {
      inputs: { left: small(), right: small() },
      fusion: late(),
      heads: { kind: classify({ classes: 2 }) },
      objectives: { kind: crossEntropy({ head: 'kind' }) },
    });
  const samples = [0, 1, 1].map((kind, row) => ({
    ...sample(`${row}`, { left: [row, 1], right: [2, row] }),
    targets: { kind },
  }));
  const options = { inputs: ['left', 'right'], head: 'kind' };

  it('holds one tower back and leaves the rest; noise shakes both, by the key alone', async () => {
    const started = await two(undefined);
    const runs = [undefined, { ...options, noise: false }, options, options];
    const moved: Trainable[] = [];
    for (const run of runs) {
      moved.push(await two(run && gradientModulation(run)));
      await step(moved.at(-1)!, [samples]);
    }
    const [fixed, held, shaken, again] = moved as [Trainable, Trainable, Trainable, Trainable];
    const length = ({ model }: Trainable, prefix: string) => {
      const begin = weightsOf(started.model, prefix);
      return Math.hypot(...weightsOf(model, prefix).map((value, index) => value - begin[index]!));
    };
    const ratio = (prefix: string) => length(held, prefix) / length(fixed, prefix);
    const ratios = [ratio('left/'), ratio('right/')];
    expect(Math.max(...ratios)).toBeCloseTo(1, 3);
    expect(Math.min(...ratios)).toBeLessThan(0.6);
    expect(ratio('heads/')).toBeCloseTo(1, 3);
    expect(weightsOf(shaken.model)).toEqual(weightsOf(again.model));
    expect(weightsOf(shaken.model, 'right/')).not.toEqual(weightsOf(held.model, 'right/'));
  });

  it('refuses names that are not composed', async () => {
    await expect(two(gradientModulation({ ...options, inputs: ['left', 'rigt'] }))).rejects.toThrow(
      'balancer refers to the input "rigt", which is not composed; did you mean "right"?',
    );
    await expect(two(gradientModulation({ ...options, head: 'kin' }))).rejects.toThrow(/balancer refers to the head/);
  });
});

it.each(Object.entries({ uncertaintyWeighting, pcGrad, gradNorm }))('%s leaves no tensor behind', async (_, make) => {
  const trainable = await open(make());
  const { tf } = trainable.model.backend;
  await step(trainable, [[both(1)], [both(2)]]);
  const { numTensors } = tf.memory();
  await step(trainable, [[both(1)], [both(2)]]);
  expect(tf.memory().numTensors).toBe(numTensors);
});
