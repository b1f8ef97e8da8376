import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Figure, RunEvent } from '@modalkit/contract';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../../src/compose/config.js';
import { late } from '../../src/fusion/index.js';
import { classify } from '../../src/heads/index.js';
import { crossEntropy } from '../../src/objectives/index.js';
import { evaluateRun } from '../../src/train/evaluate-run.js';
import { train } from '../../src/train/train.js';
import { series } from '../fixtures/series-plugin.js';
import { memory, plain, project, sample } from '../fixtures/test-project.js';

/** The class can be told from `left` alone; `right` says nothing, and every third sample lacks it. */
const samples = Array.from({ length: 48 }, (_, row) => ({
  ...sample(`s${row}`, { left: [row % 2 ? 2 : -2], ...(row % 3 && { right: [row % 5] }) }),
  targets: { kind: row % 2 },
  split: row < 24 ? 'train' : 'test',
}));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modalkit-contribution-'));
  await tf.setBackend('cpu');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function runtimeOf(contribution: Config['train']['contribution'], change: Partial<Config> = {}) {
  return project({
    inputs: { left: series({ layers: 0, width: 4 }), right: series({ layers: 0, width: 4 }) },
    fusion: late(),
    heads: { kind: classify({ classes: 2 }) },
    objectives: { kind: crossEntropy({ head: 'kind' }) },
    data: { source: memory(samples), batch: 8, workers: 0, cache: false },
    train: { steps: 9, saveEvery: 100, learningRate: 0.1, schedule: 'constant', contribution },
    ...change,
  });
}

async function run(contribution: Config['train']['contribution'], change?: Partial<Config>) {
  const events: RunEvent[] = [];
  const reporters = [{ id: 'test', report: (event: RunEvent) => void events.push(event) }];
  const result = await train({ runtime: runtimeOf(contribution, change), backend: plain, folder, reporters });
  const notices = events.flatMap((event) => (event.kind === 'notice' ? [event.message] : []));
  const evaluations = events.flatMap((event) => (event.kind === 'evaluation' ? [event] : []));
  return { result, notices, evaluations };
}

describe('the contribution report', () => {
  it('is made each epoch, told in the log, and kept with the evaluation and its picture', async () => {
    const { result, notices, evaluations } = await run({ head: 'kind' });
    // 24 samples in batches of 8: an epoch is 3 steps; the last one's is part of the last evaluation.
    expect(evaluations.map(({ step }) => step)).toEqual([3, 6, 9]);
    const of = (name: string) => result.evaluation!.values[`contribution/kind/${name}`]!;
    expect(of('all')).toMatchObject({ value: 1, n: 24 });
    expect(of('alone/left').value).toBe(1);
    expect(of('without/left').value).toBeLessThan(0.7);
    // Every third of the 24 held-out samples lacks `right`.
    for (const name of ['alone/right', 'without/right', 'with/right']) expect(of(name), name).toMatchObject({ n: 16 });
    const sum = of('shapley/left').value + of('shapley/right').value;
    expect(sum).toBeCloseTo(of('all').value - of('none').value, 10);
    expect(of('gradient/left').value + of('gradient/right').value).toBeCloseTo(1, 5);
    expect(notices.filter((each) => each.startsWith('Contribution to kind: all inputs 1.000; left'))).not.toEqual([]);
    expect(notices.at(-1)).toMatch(
      /^left alone reaches 100 % of the full accuracy: .* add `inputDropout: 0.3` to `train`\.$/,
    );
    const kept = JSON.parse(await readFile(join(folder, 'evaluation.json'), 'utf8'));
    expect(kept.values['contribution/kind/all'].value).toBe(1);
    const [figure] = kept.figures.filter(({ title }: { title: string }) => title.startsWith('What each input'));
    expect(figure).toMatchObject({ kind: 'matrix', rows: ['left', 'right'] });
    expect(figure.values[0][0]).toBe(1);
    expect(JSON.parse(await readFile(join(folder, 'run.json'), 'utf8')).times.contributionSeconds).toBeGreaterThan(0);
    const lines = (await readFile(join(folder, 'metrics.jsonl'), 'utf8')).trim().split('\n');
    expect(lines.filter((line) => line.includes('contribution/kind/shapley/left'))).toHaveLength(3);
    // The command that evaluates anew measures the same.
    const again = await evaluateRun({ runtime: runtimeOf({ head: 'kind' }), backend: plain, folder });
    expect(again.values['contribution/kind/shapley/left']).toEqual(of('shapley/left'));
    expect(again.values['contribution/kind/gradient/left']).toEqual(of('gradient/left'));
  });

  it('compares an input with all of them on the samples that have it', async () => {
    // Held-out samples without `right` are of the other class than `left` says, so the head is right on the other 16 of 24 alone.
    const odd = samples.map((one, row) =>
      one.split === 'test' && row % 3 === 0 ? { ...one, targets: { kind: 1 - (row % 2) } } : one,
    );
    const data = { source: memory(odd), batch: 8, workers: 0, cache: false as const };
    const { result, notices } = await run({ head: 'kind' }, { data });
    const { values, figures } = result.evaluation!;
    const of = (name: string) => values[`contribution/kind/${name}`]!.value;
    expect([of('all'), of('with/left'), of('with/right')]).toEqual([16 / 24, 16 / 24, 1]);
    const each = figures.find(({ title }) => title.startsWith('What each input')) as Figure & { kind: 'matrix' };
    const [left, right] = each.values;
    // `right` tells nothing: without it nothing is lost where it is there, though 1 is more than 16 / 24.
    expect([left![1], right![1]]).toEqual([of('with/left') - of('without/left'), 0]);
    const percent = Math.round(100 * of('alone/right'));
    expect(notices.at(-1)).toContain(`left alone reaches 100 % of the full accuracy: kind is right on 0.667`);
    expect(notices.at(-1)).toContain(`right alone ${percent} %`);
  });

  it('asks as many samples as the config says, and is not made when it says nothing', async () => {
    const some = await run({ head: 'kind', samples: 10 });
    expect(some.result.evaluation!.values['contribution/kind/all']!.n).toBe(10);
    await rm(folder, { recursive: true });
    const none = await run(undefined);
    expect(none.evaluations.map(({ step }) => step)).toEqual([9]);
    expect(Object.keys(none.result.evaluation!.values)).toEqual([]);
  });

  it('changes no weight', async () => {
    const bytes: Buffer[] = [];
    for (const contribution of [undefined, { head: 'kind' }]) {
      await run(contribution);
      bytes.push(await readFile(join(folder, 'checkpoints/step-00000009/weights.safetensors')));
      await rm(folder, { recursive: true });
    }
    expect(bytes[1]!.equals(bytes[0]!)).toBe(true);
  });

  it('leaves no tensor behind', async () => {
    const { numTensors } = tf.memory();
    await run({ head: 'kind' });
    expect(tf.memory().numTensors).toBe(numTensors);
  });
});

it('refuses names that are not composed, and what has nothing to share out', () => {
  const refused = (contribution: Config['train']['contribution'], change?: Partial<Config>) =>
    expect(() => runtimeOf(contribution, change));
  refused({ head: 'kin' }).toThrow(
    'train.contribution refers to the head "kin", which is not composed; did you mean "kind"?',
  );
  refused({ head: 'kind', inputs: ['left', 'rigt'] }).toThrow(/refers to the input of the fusion "rigt".*"right"/);
  refused({ head: 'kind', inputs: ['left'] }).toThrow(/train\.contribution\.inputs/);
  refused({ head: 'kind', samples: 0 }).toThrow(/train\.contribution\.samples/);
  refused({ head: 'kind' }, { fusion: late({ inputs: ['left'] }) }).toThrow(/joins 1 inputs/);
  const alone = { heads: { kind: classify({ classes: 2, from: 'left' }) } };
  refused({ head: 'kind' }, alone).toThrow('the head "kind" reads no fused tokens');
});
