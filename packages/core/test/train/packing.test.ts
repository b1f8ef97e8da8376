import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostArray, Sample, Tensor } from '@modalkit/contract';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pcGrad, uncertaintyWeighting } from '../../src/balance/index.js';
import { openCheckpoints } from '../../src/checkpoint/index.js';
import type { Config } from '../../src/compose/config.js';
import { list } from '../../src/compose/index.js';
import { cross, early, late } from '../../src/fusion/index.js';
import { classify } from '../../src/heads/index.js';
import { crossEntropy, infoNCE, matching, sigLIP } from '../../src/objectives/index.js';
import type { Model } from '../../src/train/model.js';
import { takePacked, unpack } from '../../src/train/packing.js';
import type { Cut } from '../../src/train/pieces.js';
import { rowsOfBatch } from '../../src/train/rows-of-batch.js';
import type { StepBatch } from '../../src/train/step-batch.js';
import { stepGradients } from '../../src/train/step-gradients.js';
import { train } from '../../src/train/train.js';
import { createTrainable } from '../../src/train/trainable.js';
import { series } from '../fixtures/series-plugin.js';
import { batchOf, meanSquare, memory, plain, project, sample, testModel } from '../fixtures/test-project.js';

beforeEach(() => tf.setBackend('cpu'));

describe('packed rows', () => {
  const packing = { rows: tf.tensor1d([1, 2], 'int32'), of: 4 };

  it('stand in their places of the batch, zeros in the others; of lists, all of their items', () => {
    const two = unpack(tf, tf.tensor2d([5, 6, 7, 8], [2, 2]), packing);
    expect(two.arraySync()).toEqual([
      [0, 0],
      [5, 6],
      [7, 8],
      [0, 0],
    ]);
    expect([...unpack(tf, tf.tensor1d([1, 0, 0, 1], 'bool'), packing).dataSync()]).toEqual([0, 0, 1, 0, 0, 1, 0, 0]);
    expect([...unpack(tf, tf.tensor1d([3, 4], 'int32'), packing).dataSync()]).toEqual([0, 3, 4, 0]);
    expect([...takePacked(tf, two, packing).dataSync()]).toEqual([5, 6, 7, 8]);
    expect([...takePacked(tf, tf.range(0, 8), packing).dataSync()]).toEqual([2, 3, 4, 5]);
  });

  it('get the gradient of their places', () => {
    const weights = tf.tensor2d([1, 2, 3, 4, 5, 6, 7, 8], [4, 2]);
    const of = tf.grad((x: Tensor) => tf.sum(tf.mul(unpack(tf, x, packing), weights)) as Tensor);
    expect([...of(tf.ones([2, 2])).dataSync()]).toEqual([3, 4, 5, 6]);
  });
});

/** Twelve samples of three inputs, of which each lacks some; a value and a class. */
const samples: Sample[] = Array.from({ length: 12 }, (_, row) => {
  const inputs = { left: [row, 2], right: [1 - row, 0.5 * row, 1], third: [2 + Math.sin(row)] };
  const lacks = { left: row % 3 === 1, right: row % 4 === 2, third: row % 2 === 0 };
  const entries = Object.entries(inputs).filter(([name]) => !lacks[name as keyof typeof lacks]);
  const made = sample(`s${row}`, Object.fromEntries(entries), row === 5 ? undefined : row / 4);
  return { ...made, targets: { ...made.targets, kind: row % 3 } };
});
/** 8 have left, 9 right, 6 third: some rows that lack an input go through too. */
const rows = { left: 9, right: 10, third: 6 };
const three = () => ({ left: series(), right: series(), third: series() });
const pairs = { pairs: infoNCE({ positives: 'kind' }), sigmoid: sigLIP({ pairs: [['left', 'right']] }) };
const heads = { kind: classify({ classes: 3 }) };
const kind = crossEntropy({ head: 'kind' });

async function find(model: Model, batch: StepBatch, cut: Cut = { together: false }) {
  const trainable = createTrainable(model);
  const before = tf.memory().numTensors;
  const found = tf.tidy(() => stepGradients(trainable, [batch], cut) as never) as ReturnType<typeof stepGradients>;
  const values = { ...found.terms, total: found.total };
  const read = {
    gradients: found.gradients.flatMap((part) => [...part.dataSync()]),
    numbers: Object.entries(values).map(([name, value]) => [name, value.dataSync()[0]!] as const),
    open: [...found.open.dataSync()],
  };
  tf.dispose(found as never);
  return { ...read, left: tf.memory().numTensors - before };
}

type Parts = Partial<Config> & Pick<Config, 'inputs' | 'objectives'>;

/** Terms, gradients and gates of a packed batch are those of the whole, within 1e-6. */
async function expectSame(config: Parts, all = samples, cut?: Cut): Promise<void> {
  const model = await testModel(project(config));
  const whole = await find(model, await batchOf(model, all));
  const batch = await batchOf(model, all, { rows });
  expect(Object.values(batch.inputs).map((input) => input.rows?.shape)).toEqual([[9], [10], [6]]);
  const packed = await find(model, batch, cut);
  const difference = packed.gradients.map((value, at) => value - whole.gradients[at]!);
  expect(Math.hypot(...difference)).toBeLessThan(1e-6 * Math.hypot(...whole.gradients));
  for (const [at, [name, value]] of whole.numbers.entries())
    expect(Math.abs(packed.numbers[at]![1] - value), name).toBeLessThan(1e-6 * Math.max(1, Math.abs(value)));
  expect(packed.open).toEqual(whole.open);
  expect([whole.left, packed.left]).toEqual([0, 0]);
}

describe('a packed batch has the losses and gradients of the whole one', () => {
  it('of objectives over pairs and of each sample', () =>
    expectSame({ inputs: three(), objectives: { ...pairs, value: meanSquare({ input: 'left' }) } }));

  const fusions = { early: early({ heads: 2 }), late: late(), cross: cross({ heads: 2 }) };
  it.each(Object.keys(fusions) as (keyof typeof fusions)[])('with %s fusion, matching and dropped inputs', (name) =>
    expectSame({
      inputs: three(),
      fusion: fusions[name],
      heads,
      objectives: { ...pairs, kind, match: matching({ pair: ['left', 'right'] }) },
      train: { steps: 1, inputDropout: 0.5 },
    }),
  );

  it('with hidden tokens, drawn by key as in the whole', () =>
    expectSame({
      inputs: three(),
      fusion: late(),
      heads,
      masking: { left: { kind: 'random', ratio: 0.5 }, right: { kind: 'drop', ratio: 0.5 } },
      objectives: { ...pairs, kind },
    }));

  it('with lists and a token budget', () => {
    const inputs = { left: list(series(), 2), right: series(), third: series() };
    const twice = (one: Sample) => ({ ...one.inputs, ...(one.inputs.left ? { left: [one.inputs.left, [3]] } : {}) });
    const all = samples.map((one) => ({ ...one, inputs: twice(one) }));
    const tokenBudget = { inputs: ['left', 'right'], visible: 2 };
    return expectSame({ inputs, fusion: late(), heads, tokenBudget, objectives: { ...pairs, kind } }, all);
  });

  it.each([pcGrad, uncertaintyWeighting])('with a balancer', (balancer) =>
    expectSame({
      inputs: three(),
      objectives: { ...pairs, value: meanSquare({ input: 'left' }) },
      balancer: balancer(),
    }),
  );

  it('in microbatches, for which it is unpacked', () =>
    expectSame({ inputs: three(), objectives: pairs }, samples, { microbatch: 5, together: false }));
});

it('rows of a packed batch are those of the whole one, and nothing else is left behind', async () => {
  const model = await testModel(project({ inputs: three(), objectives: pairs }));
  const [whole, packed] = [await batchOf(model, samples), await batchOf(model, samples, { rows })];
  for (const [from, to] of [
    [2, 7],
    [0, 12],
  ] as const) {
    const before = tf.memory().numTensors;
    const parts = [rowsOfBatch(tf, whole, from, to), rowsOfBatch(tf, packed, from, to)];
    if (to - from < 12) {
      const [valid, own] = parts.map(({ inputs }) => [...inputs.third!.arrays.valid.dataSync()]);
      expect(own).toEqual(valid);
    } else expect(parts[1]!.inputs.third!.rows!.shape).toEqual([6]);
    tf.dispose(parts as never);
    expect(tf.memory().numTensors).toBe(before);
  }
});

describe('in a run', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'modalkit-packing-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const many = Array.from({ length: 48 }, (_, row) => ({
    ...sample(`s${row}`, row % 2 ? { left: [row % 5, 1], right: [row % 7] } : { right: [1, row % 3] }, row % 4),
    split: row < 32 ? 'train' : 'test',
  }));
  const run = async (name: string, steps: number): Promise<HostArray[]> => {
    const runtime = project({
      inputs: { left: series({ layers: 0, width: 4 }), right: series({ layers: 0, width: 4 }) },
      objectives: { left: meanSquare({ input: 'left' }), pair: infoNCE() },
      masking: { left: { kind: 'random', ratio: 0.5 } },
      data: { source: memory(many), batch: 16, workers: 0, cache: false },
      train: { steps, saveEvery: 1, keep: 9, learningRate: 0.01, schedule: 'constant' },
    });
    await train({ runtime, backend: plain, folder: join(folder, name) });
    const { weights } = (await (await openCheckpoints(join(folder, name, 'checkpoints'), { keep: 9 })).load(steps))
      .tensors;
    return [...weights!.values()];
  };

  it('stopped and gone on with, it comes to the bytes of one that never stopped', async () => {
    const whole = await run('whole', 6);
    await run('parts', 3);
    expect(await run('parts', 6)).toEqual(whole);
  });
});
