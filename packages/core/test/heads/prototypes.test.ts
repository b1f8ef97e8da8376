import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FusedView, HEAD, type Sample, type Tensor } from '@modalkit/contract';
import { hostNormal, hostRandom } from '@modalkit/toolkit';
import { createTestModel } from '@modalkit/toolkit/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Config } from '../../src/compose/index.js';
import { type PrototypesOptions, prototypes } from '../../src/heads/index.js';
import { accuracy } from '../../src/metrics/index.js';
import { openModel } from '../../src/train/open-model.js';
import { train } from '../../src/train/train.js';
import { series } from '../fixtures/series-plugin.js';
import { meanSquare, memory, plain, project } from '../fixtures/test-project.js';
import { partOf } from '../fusion/part-of.js';
import { tf } from '../fusion/tf.js';

const CLASSES = ['low', 'high'];

function model(options: Partial<PrototypesOptions> = {}) {
  const head = partOf(prototypes({ classes: CLASSES, from: 'left', ...options }), HEAD, 'heads/kind');
  const { init, step, weights } = createTestModel({ tf, state: undefined, width: 2, training: false });
  head.init(init, {});
  return {
    head,
    weights,
    predict: (pooled: Tensor) => head.predict({ inputs: { left: { pooled } } } as unknown as FusedView, step),
  };
}

const labelled = (kinds: (string | undefined)[]): Sample[] =>
  kinds.map((kind, at) => ({ id: `${at}`, inputs: { left: at === 4 ? undefined : [1] }, targets: { kind } }));

describe('by hand', () => {
  const rows = Float32Array.of(0, 0, 2, 4, 10, 10, 50, 50, 99, 99, 4, 2);
  const samples = labelled(['low', 'low', 'high', undefined, 'low', 'low']);

  test('means of each class, of samples that have a label and the input', () => {
    const { head } = model();
    expect([...head.fits![0]!.measure(rows, 2, samples, 'heads/kind').prototypes!]).toEqual([2, 2, 10, 10]);
  });

  test('of the first two shots', () => {
    const { head } = model({ shots: 2 });
    expect([...head.fits![0]!.measure(rows, 2, samples, 'heads/kind').prototypes!]).toEqual([1, 2, 10, 10]);
  });

  test('logits are the negative squared distances', () => {
    const { predict, weights } = model();
    weights.get('prototypes')!.assign(tf.tensor2d([1, 2, 10, 10], [2, 2]));
    const { logits } = predict(tf.tensor2d([[4, 6]]));
    // (3, 4) and (6, 4) away
    expect([...logits!.dataSync()]).toEqual([-25, -52]);
  });

  test('a class without a sample is refused by name', () => {
    const { head } = model();
    expect(() => head.fits![0]!.check!(labelled(['low', undefined]), 'heads/kind')).toThrow(
      /heads\/kind: the training split has no sample of high; label one at least in the column "kind", or leave the class out/,
    );
    // the fifth sample lacks the input
    expect(() => head.fits![0]!.check!(labelled(['low', 'low', 'low', 'low', 'high']), 'heads/kind')).toThrow(
      /of high/,
    );
  });
});

describe('on a frozen run', () => {
  const random = hostRandom(9, 0, 'samples');
  const rows = (few: number): Sample[] =>
    Array.from({ length: 120 }, (_, row) => {
      const high = row % 2 === 1;
      const left = Array.from({ length: 3 }, (_, at) => (high ? 1 : -1) + 0.5 * hostNormal(random, 'n', 3 * row + at));
      const kind = row >= 60 || row < few ? CLASSES[Number(high)] : undefined;
      return { id: `s${row}`, split: row < 60 ? 'train' : 'test', inputs: { left }, targets: { kind, value: left[0] } };
    });
  const base: Config = {
    inputs: { left: series({ layers: 0 }) },
    space: { width: 8 },
    objectives: { left: meanSquare({ input: 'left' }) },
    data: { source: memory(rows(0)), batch: 20, workers: 0, cache: false },
    train: { steps: 20, learningRate: 0.02 },
  };
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'modalkit-few-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('three samples of each class are enough, and no weight of the run changes', async () => {
    await train({ runtime: project(base), backend: plain, folder: join(folder, 'base') });
    const few = project({
      ...base,
      heads: { kind: prototypes({ classes: CLASSES, from: 'left' }) },
      metrics: { kind: accuracy({ head: 'kind' }) },
      data: { ...base.data, source: memory(rows(6)) },
      train: { steps: 0, from: join(folder, 'base') },
    });
    const { evaluation } = await train({ runtime: few, backend: plain, folder: join(folder, 'few') });
    expect(evaluation!.values['accuracy/kind']!.value).toBeGreaterThan(0.9);
    const weightsOf = async (name: string, runtime: ReturnType<typeof project>) => {
      const { model: opened } = await openModel({ runtime, backend: plain, folder: join(folder, name) });
      return new Map([...opened.weights].map(([weight, { variable }]) => [weight, [...variable.dataSync()]]));
    };
    const [before, after] = [await weightsOf('base', project(base)), await weightsOf('few', few)];
    expect(before.size).toBeGreaterThan(3);
    for (const [name, values] of before) expect(after.get(name), name).toEqual(values);
  });
});
