import { createHash } from 'node:crypto';
import { CONTRACT, definePlugin, OBJECTIVE } from '@modalkit/contract';
import { describe, expect, it } from 'vitest';
import { list } from '../../src/compose/index.js';
import { late } from '../../src/fusion/index.js';
import { classify } from '../../src/heads/index.js';
import { crossEntropy } from '../../src/objectives/index.js';
import { forward } from '../../src/train/forward.js';
import type { Model } from '../../src/train/model.js';
import { averagedWeights, readTrainable } from '../../src/train/train-state.js';
import { createTrainable, type Trainable } from '../../src/train/trainable.js';
import { trainingStep } from '../../src/train/training-step.js';
import { series } from '../fixtures/series-plugin.js';
import { batchOf, meanSquare, project, sample, testModel } from '../fixtures/test-project.js';

const both = () => ({ left: series(), right: series() });
const losses = () => ({ left: meanSquare({ input: 'left' }), right: meanSquare({ input: 'right' }) });

/** Digest of the weights whose names begin with a prefix. */
function bytes(model: Model, prefix: string): string {
  const hash = createHash('sha256');
  for (const [name, { variable }] of model.weights) {
    if (name.startsWith(prefix)) hash.update(name).update(Float32Array.from(variable.dataSync()));
  }
  return hash.digest('hex');
}

async function moments(trainable: Trainable, prefix: string): Promise<string> {
  const { optimiser } = await readTrainable(trainable);
  const hash = createHash('sha256');
  for (const [name, { data }] of optimiser!)
    if (name.slice(name.indexOf('/') + 1).startsWith(prefix)) hash.update(name).update(Float32Array.from(data));
  return hash.digest('hex');
}

function numbersOf({ flat }: Trainable): number[] {
  return flat.variables.flatMap((variable) => [...variable.dataSync()]);
}

async function run(
  trainable: Trainable,
  batches: Awaited<ReturnType<typeof batchOf>>[],
  rate = 0.01,
): Promise<Record<string, number>> {
  const { tf } = trainable.model.backend;
  const scalar = tf.scalar(rate);
  const { names, values } = trainingStep(trainable, batches, scalar);
  const read = values.dataSync();
  tf.dispose([scalar, values, batches as never]);
  return Object.fromEntries(names.map((name, index) => [name, read[index]!]));
}

describe('an absent input', () => {
  it('leaves its weights, moments, average and count as they were, to the byte', async () => {
    const model = await testModel(
      project({
        inputs: both(),
        objectives: losses(),
        train: { steps: 10, average: 0.9, optimiser: { kind: 'adamw', weightDecay: 0.5 } },
      }),
    );
    const trainable = createTrainable(model);
    await run(trainable, [
      await batchOf(model, [
        sample('a', { left: [1, 2], right: [3] }, 1),
        sample('b', { left: [2], right: [1, 1] }, 2),
      ]),
    ]);
    const [weights, state, other] = [bytes(model, 'right/'), await moments(trainable, 'right/'), bytes(model, 'left/')];
    for (let step = 0; step < 3; step++) {
      await run(trainable, [
        await batchOf(model, [sample('a', { left: [1, 2] }, 1), sample('b', { left: [2], right: null }, 2)]),
      ]);
    }
    expect(bytes(model, 'right/')).toBe(weights);
    expect(await moments(trainable, 'right/')).toBe(state);
    expect(bytes(model, 'left/')).not.toBe(other);
    await run(trainable, [await batchOf(model, [sample('a', { right: [1, 2] }, 1)])]);
    expect(bytes(model, 'right/')).not.toBe(weights);
  });

  it('adds 0 to the loss when no sample has it, never NaN', async () => {
    const model = await testModel(project({ inputs: both(), objectives: losses() }));
    const measured = await run(createTrainable(model), [await batchOf(model, [sample('a', { left: [1] }, 1)])]);
    expect(measured['loss/right/error']).toBe(0);
    expect(Number.isFinite(measured.loss)).toBe(true);
  });
});

describe('dropout of inputs', () => {
  it.each([0, 0.9])('at rate %d the token of absence learns only when an input is dropped', async (inputDropout) => {
    const model = await testModel(
      project({
        inputs: both(),
        fusion: late(),
        heads: { kind: classify({ classes: 2 }) },
        objectives: { kind: crossEntropy({ head: 'kind' }) },
        train: { steps: 10, inputDropout },
      }),
    );
    const [absence, tower] = [bytes(model, 'fusion/absent/'), bytes(model, 'left/')];
    const samples = Array.from({ length: 8 }, (_, row) => ({
      ...sample(`${row}`, { left: [row], right: [1] }),
      targets: { kind: row % 2 },
    }));
    await run(createTrainable(model), [await batchOf(model, samples)]);
    expect(bytes(model, 'fusion/absent/') === absence).toBe(inputDropout === 0);
    expect(bytes(model, 'left/')).not.toBe(tower);
  });
});

describe('dropout of inputs in evaluation', () => {
  it('is off: what is predicted is what it is without, to the bit', async () => {
    const predicted = async (inputDropout: number, training: boolean) => {
      const heads = { kind: classify({ classes: 2 }) };
      const objectives = { kind: crossEntropy({ head: 'kind' }) };
      const train = { steps: 10, inputDropout };
      const model = await testModel(project({ inputs: both(), fusion: late(), heads, objectives, train }));
      const batch = await batchOf(model, rows);
      return [...forward(model, batch, { training }).outputs['kind/logits']!.dataSync()];
    };
    const rows = Array.from({ length: 8 }, (_, row) => sample(`${row}`, { left: [row], right: [1, row] }));
    const without = await predicted(0, false);
    expect(await predicted(0.9, false)).toEqual(without);
    expect(await predicted(0.9, true)).not.toEqual(without);
  });
});

describe('accumulation', () => {
  it('equals the large batch for losses of each sample, with unequal counts in the parts', async () => {
    const samples = [
      sample('a', { left: [1, 2] }, 1),
      sample('b', { left: [2] }, 2),
      sample('c', { left: [3, 1, 1] }, 0),
      sample('d', { left: [1] }),
    ];
    const config = { inputs: { left: series() }, objectives: { left: meanSquare({ input: 'left' }) } };
    const [whole, parts] = [await testModel(project(config)), await testModel(project(config))];
    const large = await run(createTrainable(whole), [await batchOf(whole, samples)]);
    const small = await run(createTrainable(parts), [
      await batchOf(parts, samples.slice(0, 2)),
      await batchOf(parts, samples.slice(2)),
    ]);
    expect(small.loss).toBeCloseTo(large.loss!, 6);
    expect(small.gradientNorm).toBeCloseTo(large.gradientNorm!, 5);
    for (const [name, { variable }] of whole.weights) {
      const other = parts.weights.get(name)!.variable.dataSync();
      for (const [index, value] of variable.dataSync().entries()) expect(other[index]).toBeCloseTo(value, 4);
    }
  });
});

describe('the update', () => {
  it('touches nothing when the loss is not finite', async () => {
    const model = await testModel(project({ inputs: both(), objectives: losses() }));
    const trainable = createTrainable(model);
    const [weights, state] = [bytes(model, ''), await moments(trainable, '')];
    const measured = await run(trainable, [await batchOf(model, [sample('a', { left: [1], right: [1] }, 1e30)])]);
    expect(Number.isFinite(measured.loss)).toBe(false);
    expect([bytes(model, ''), await moments(trainable, '')]).toEqual([weights, state]);
  });

  it('leaves frozen weights alone and scales rates by pattern', async () => {
    const train = { steps: 10, freeze: ['left/embed/*'], learningRates: { 'right/*': 0 } };
    const model = await testModel(project({ inputs: both(), objectives: losses(), train }));
    const before = ['left/embed/', 'right/', 'left/align/'].map((prefix) => bytes(model, prefix));
    await run(createTrainable(model), [await batchOf(model, [sample('a', { left: [1], right: [2] }, 1)])]);
    const after = ['left/embed/', 'right/', 'left/align/'].map((prefix) => bytes(model, prefix));
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
    expect(after[2]).not.toBe(before[2]);
  });

  it('averages weights as worked by hand: over three steps of a gradient of 1', async () => {
    const weightItself = definePlugin(() => ({
      id: 'test-weight-itself',
      contract: CONTRACT,
      setup: (scope) =>
        scope.provide(OBJECTIVE, () => ({
          ...{ id: 'test-weight-itself', options: null, weight: 1, acrossBatch: false },
          init: (context) => context.weight('w', [1], { kind: 'constant', value: 1 }),
          terms: (_, { tf, weight }) => ({ w: { sum: tf.sum(weight('w')), count: tf.scalar(1) } }),
        })),
    }));
    const optimiser = { kind: 'sgd', momentum: 0, weightDecay: 0 } as const;
    const train = { steps: 3, average: 0.8, clip: false, optimiser } as const;
    const model = await testModel(project({ inputs: { left: series() }, objectives: { own: weightItself() }, train }));
    const trainable = createTrainable(model);
    const averages: number[] = [];
    for (let step = 0; step < 3; step++) {
      await run(trainable, [await batchOf(model, [sample('a', { left: [1] })])], 0.1);
      averages.push((await averagedWeights(trainable)).get('objectives/own/w')!.data[0]!);
    }
    // w = 0.9, 0.8, 0.7; a = 0.8 x 1 + 0.2 x 0.9, 0.8 x 0.98 + 0.2 x 0.8, 0.8 x 0.944 + 0.2 x 0.7
    expect(averages.map((value) => value.toFixed(6))).toEqual(['0.980000', '0.944000', '0.895200']);
    expect(model.weights.get('objectives/own/w')!.variable.dataSync()[0]).toBeCloseTo(0.7, 6);
  });

  it('decays by input and by layer, as worked by hand', async () => {
    const [left, right] = [meanSquare({ input: 'left', weight: 0 }), meanSquare({ input: 'right', weight: 0 })];
    const decays = { weightDecays: { 'left/*': 2 }, layerDecays: { 'right/*': 0.5 } };
    const train = { steps: 1, optimiser: { kind: 'sgd', momentum: 0, weightDecay: 0.5 } as const, ...decays };
    const model = await testModel(project({ inputs: both(), objectives: { left, right }, train }));
    const kept = ['left/embed', 'left/align', 'right/embed', 'right/blocks/0/mlp/expand', 'right/align'];
    const first = (name: string) => model.weights.get(`${name}/kernel`)!.variable.dataSync()[0]!;
    const before = kept.map(first);
    await run(createTrainable(model), [await batchOf(model, [sample('a', { left: [1], right: [2] }, 1)])], 0.1);
    // Without a gradient w becomes w (1 - rate decay): 0.1 x 0.5 by itself, twice of it for left; right's rate is a
    // half in its one layer and a quarter below it.
    expect(kept.map((name, at) => (first(name) / before[at]!).toFixed(5))).toEqual([
      ...['0.90000', '0.90000', '0.98750', '0.97500', '0.95000'],
    ]);
  });

  it('refuses a pattern that matches nothing, with the nearest name', async () => {
    const model = await testModel(
      project({ inputs: both(), objectives: losses(), train: { steps: 1, freeze: ['lft/*'] } }),
    );
    expect(() => createTrainable(model)).toThrow(/train\.freeze: the pattern "lft\/\*" matches no weight/);
  });

  it('clips by the global norm', async () => {
    const config = { inputs: { left: series() }, objectives: { left: meanSquare({ input: 'left', weight: 1000 }) } };
    const sgd = { kind: 'sgd', momentum: 0 } as const;
    const model = await testModel(project({ ...config, train: { steps: 1, clip: 0.5, optimiser: sgd } }));
    const trainable = createTrainable(model);
    const before = numbersOf(trainable);
    const measured = await run(trainable, [await batchOf(model, [sample('a', { left: [1] }, 5)])], 1);
    expect(measured.gradientNorm).toBeGreaterThan(0.5);
    const after = numbersOf(trainable);
    expect(Math.hypot(...after.map((value, index) => value - before[index]!))).toBeCloseTo(0.5, 4);
  });
});

describe('inputs', () => {
  it('that share weights have one set of them, trained by either', async () => {
    const model = await testModel(
      project({ inputs: { left: series(), right: series({ share: 'left' }) }, objectives: losses() }),
    );
    expect([...model.weights.keys()].some((name) => name.startsWith('right/'))).toBe(false);
    const before = bytes(model, 'left/');
    await run(createTrainable(model), [await batchOf(model, [sample('a', { right: [1] }, 1)])]);
    expect(bytes(model, 'left/')).not.toBe(before);
  });

  it('may hold lists: a list of one equals the single sample, and items stand one after the other', async () => {
    const single = await testModel(
      project({ inputs: { left: series() }, objectives: { left: meanSquare({ input: 'left' }) } }),
    );
    const many = await testModel(
      project({ inputs: { left: list(series(), 4) }, objectives: { left: meanSquare({ input: 'left' }) } }),
    );
    const one = await run(createTrainable(single), [await batchOf(single, [sample('a', { left: [1, 2] }, 1)])]);
    const same = await run(createTrainable(many), [await batchOf(many, [sample('a', { left: [[1, 2]] }, 1)])]);
    expect(same.loss).toBeCloseTo(one.loss!, 6);
    const mixed = await run(createTrainable(many), [
      await batchOf(many, [sample('a', { left: [[1, 2], [3]] }, 1), sample('b', { left: [[1]] }, 1)]),
    ]);
    expect(Number.isFinite(mixed.loss)).toBe(true);
  });
});

it('leaks no tensor over steps', async () => {
  const model = await testModel(
    project({ inputs: both(), objectives: losses(), train: { steps: 9, average: 0.9, accumulate: 2 } }),
  );
  const trainable = createTrainable(model);
  const { tf } = model.backend;
  const once = async () =>
    run(trainable, [
      await batchOf(model, [sample('a', { left: [1], right: [2] }, 1)]),
      await batchOf(model, [sample('b', { left: [1] }, 1)]),
    ]);
  await once();
  const before = tf.memory().numTensors;
  for (let step = 0; step < 3; step++) await once();
  expect(tf.memory().numTensors).toBe(before);
});
