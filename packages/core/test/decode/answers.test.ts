import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sample } from '@modalkit/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Config } from '../../src/compose/config.js';
import { early } from '../../src/fusion/index.js';
import { classify, decoder } from '../../src/heads/index.js';
import { type OpenRun, openRun } from '../../src/infer/index.js';
import { exactMatch } from '../../src/metrics/index.js';
import { captioning, crossEntropy } from '../../src/objectives/index.js';
import { type TrainResult, train } from '../../src/train/index.js';
import { createTrainable } from '../../src/train/trainable.js';
import { trainingStep } from '../../src/train/training-step.js';
import { letters } from '../fixtures/letters-plugin.js';
import { series } from '../fixtures/series-plugin.js';
import { batchOf, memory, project, testModel } from '../fixtures/test-project.js';

/** What is said of a pair of numbers: a word that depends on both, so that one alone does not tell it. */
const WORDS: readonly [number, number, string][] = [
  [1, 1, 'ab'],
  [1, -1, 'ba'],
  [-1, 1, 'abc'],
  [-1, -1, 'd'],
];
const samples: Sample[] = ['train', 'test'].flatMap((split) =>
  WORDS.map(([left, right, word], index) => ({
    id: `${split}${index}`,
    split,
    inputs: { left: [left], right: [right], word },
    targets: { kind: word.length > 1 ? '长' : '短' },
  })),
);
const config = (change: Partial<Config> = {}): Config => ({
  inputs: { left: series({ layers: 0 }), right: series({ layers: 0 }), word: letters() },
  space: { width: 16 },
  fusion: early({ inputs: ['left', 'right'], layers: 1, heads: 2 }),
  heads: { reply: decoder({ input: 'word', layers: 1, heads: 2, maxTokens: 6 }) },
  objectives: { reply: captioning({ head: 'reply' }) },
  metrics: { exact: exactMatch({ head: 'reply', by: ['kind'], subsets: [['left']], show: 'left' }) },
  data: { source: memory(samples), batch: 4, workers: 0, cache: false },
  train: { steps: 50, learningRate: 0.02, warmUp: 5 },
  ...change,
});

describe('a head that writes answers', () => {
  let folder: string;
  let result: TrainResult;
  let run: OpenRun;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'modalkit-answers-'));
    const { backend } = await testModel(project(config()));
    result = await train({ runtime: project(config()), backend, folder });
    run = await openRun({ runtime: project(config()), backend, folder });
  }, 300_000);
  afterAll(async () => {
    await run.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  test('learns to write what is true of both inputs, and cannot from one of them', () => {
    const { values, bySample, figures } = result.evaluation!;
    const of = (name: string) => values[name]!.value;
    expect(of('exactMatch/reply')).toBe(1);
    expect(of('exactMatch/reply/长')).toBe(1);
    expect(values['exactMatch/reply/短']!.n).toBe(1);
    expect(of('exactMatchFrom/reply/left')).toBeLessThanOrEqual(0.5);
    expect(bySample['exactMatch/reply']).toEqual([1, 1, 1, 1]);
    // series have no preview to show: no figure
    expect(figures).toEqual([]);
  });

  test('answers samples that no data source has, greedily, by search or by draws', async () => {
    for (const choice of [undefined, { beam: 3 }, { topP: 0.5 }]) {
      const found = await run.ask({ left: [-1], right: [1] }, { choice, seed: 3 });
      expect(found).toMatchObject({ input: 'word', sample: 'abc', tokens: 4 });
      expect(Math.exp(found.logProbability)).toBeGreaterThan(0.5);
    }
    // an input that is not there is absent, not an error
    expect((await run.ask({ left: [1] }, { head: 'reply' })).sample).toEqual(expect.any(String));
  });

  test('refuses heads that do not write and samples that are none, by name', async () => {
    await expect(run.ask({ left: [1] }, { head: 'replies' })).rejects.toThrow(
      /no head "replies" that writes; there are: reply/,
    );
    await expect(run.ask({ left: 'x' })).rejects.toThrow(/Input "left" \(test-series\)/);
  });

  test('asks only the inputs it is told to whether an argument is theirs', async () => {
    expect(await run.accept('abc')).toEqual({ input: 'word', raw: 'abc' });
    expect(await run.accept('abc', ['left', 'right'])).toBeUndefined();
  });
});

test('batches without any answer leave the decoder and its table as they are, to the byte', async () => {
  const runtime = project(
    config({
      heads: {
        reply: decoder({ input: 'word', layers: 1, heads: 2, maxTokens: 6 }),
        kind: classify({ classes: ['长', '短'] }),
      },
      objectives: { reply: captioning({ head: 'reply' }), kind: crossEntropy({ head: 'kind' }) },
    }),
  );
  const model = await testModel(runtime);
  const { tf } = model.backend;
  const trainable = createTrainable(model);
  const bytes = (prefix: string) =>
    [...model.weights].filter(([name]) => name.startsWith(prefix)).map(([, { variable }]) => [...variable.dataSync()]);
  const step = async (some: readonly Sample[]) => {
    const batch = await batchOf(model, some, { length: 8 });
    tf.dispose(trainingStep(trainable, [batch], tf.scalar(0.01)).values);
    tf.dispose(batch as never);
  };
  await step(samples.slice(0, 4)); // moments are no longer 0
  const before = ['heads/reply', 'word', 'fusion'].map(bytes);
  const [first, ...others] = samples
    .slice(0, 4)
    .map(({ inputs: { word: _, ...inputs }, ...sample }) => ({ ...sample, inputs }));
  await step([first!, ...others]);
  expect(['heads/reply', 'word'].map(bytes)).toEqual(before.slice(0, 2));
  expect(bytes('fusion')).not.toEqual(before[2]);
  await step([samples[0]!, ...others]);
  expect(bytes('heads/reply')).not.toEqual(before[0]);
});

describe('refused when composed', () => {
  test.each<[string, Partial<Config>, RegExp]>([
    [
      'a fusion that reads what is to be written',
      { fusion: early({ layers: 1, heads: 2 }) },
      /heads\/reply writes "word", but reads it too: the fusion joins it; .*`inputs: \['left', 'right'\]`/,
    ],
    [
      'an input that is not composed',
      { heads: { reply: decoder({ input: 'wrd' }) } },
      /heads\/reply refers to the input "wrd", which is not composed; did you mean "word"\?/,
    ],
    [
      'an input without classes',
      { heads: { reply: decoder({ input: 'left' }) }, fusion: early({ inputs: ['right'] }) },
      /heads\/reply writes "left", but test-series has no classes/,
    ],
    [
      'a metric of what a head writes that writes nothing',
      { heads: { reply: classify({ classes: 2 }) }, objectives: { reply: crossEntropy({ head: 'reply' }) } },
      /metrics\/exact reads what the head "reply" writes, but @modalkit\/core\/classify writes nothing/,
    ],
    [
      'a list',
      { inputs: { left: series(), right: series(), word: { item: letters(), most: 2 } } },
      /heads\/reply writes "word", which holds a list/,
    ],
  ])('%s', (_, change, message) => {
    expect(() => project(config(change))).toThrow(message);
  });
});
