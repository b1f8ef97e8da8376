import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCheckpoints } from '../../src/checkpoint/index.js';
import type { Config } from '../../src/compose/config.js';
import { inputsOutside, leaveOut } from '../../src/train/curriculum.js';
import { train } from '../../src/train/train.js';
import { scripted } from '../fixtures/scripted-metric.js';
import { series } from '../fixtures/series-plugin.js';
import { meanSquare, memory, plain, project, sample } from '../fixtures/test-project.js';

const flags = (...data: number[]) => ({ dtype: 'bool' as const, shape: [data.length], data: Uint8Array.from(data) });

it('an input takes part while one of its rules holds; one that no rule names always does', () => {
  const rules = [
    { inputs: ['a', 'b'], from: 3, until: 5 },
    { inputs: ['b'], from: { metric: 'm', above: 0.5 } },
  ];
  const outside = (step: number, ...reached: string[]) => inputsOutside(rules, step, new Set(reached));
  expect(outside(2)).toEqual(['a', 'b']);
  expect(outside(3)).toEqual([]);
  expect(outside(5)).toEqual(['a', 'b']);
  expect(outside(5, 'm >= 0.5')).toEqual(['a']);
});

it('leaves an input out as if samples lacked it; a sample with nothing else counts for no target', () => {
  const batch = {
    ids: ['x', 'y'],
    inputs: {
      a: { arrays: { valid: flags(1, 0, 1, 1), more: flags(1, 1) }, present: flags(1, 1) },
      b: { arrays: { valid: flags(1, 0) }, present: flags(1, 0) },
    },
    targets: { t: { values: flags(1, 1), valid: flags(1, 1) } },
    quarantined: [],
  };
  const left = leaveOut(batch, ['a']);
  // Two samples of two numbers each: one row goes through the adapter.
  const rows = { dtype: 'int32', shape: [1], data: Int32Array.of(0) };
  expect(left.inputs.a).toEqual({ arrays: { valid: flags(0, 0), more: flags(1) }, rows, present: flags(0, 0) });
  expect(left.inputs.b).toEqual(batch.inputs.b);
  expect(left.targets.t).toEqual({ values: flags(1, 1), valid: flags(1, 0) });
  expect(leaveOut(batch, [])).toBe(batch);
});

describe('in a run', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'modalkit-curriculum-'));
    await tf.setBackend('cpu');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const samples = Array.from({ length: 12 }, (_, row) => ({
    ...sample(`s${row}`, { left: [row % 5, 1], right: [1, row % 3] }, row % 4),
    split: row < 8 ? 'train' : 'test',
  }));

  const runtimeOf = (options: Partial<Config['train']>, scores: number[] = []) =>
    project({
      inputs: { left: series({ layers: 0, width: 4 }), right: series({ layers: 0, width: 4 }) },
      objectives: { left: meanSquare({ input: 'left' }), right: meanSquare({ input: 'right' }) },
      metrics: { score: scripted(scores) },
      data: { source: memory(samples), batch: 4, workers: 0, cache: false },
      train: { steps: 6, saveEvery: 1, keep: 9, learningRate: 0.01, schedule: 'constant', ...options },
    });

  const run = (name: string, options: Partial<Config['train']>, scores?: number[]) =>
    train({ runtime: runtimeOf(options, scores), backend: plain, folder: join(folder, name) });

  async function at(name: string, step: number, prefix: string) {
    const checkpoints = await openCheckpoints(join(folder, name, 'checkpoints'), { keep: 9 });
    const { weights } = (await checkpoints.load(step)).tensors;
    return [...weights!].filter(([key]) => key.startsWith(prefix)).map(([key, { data }]) => [key, [...data]]);
  }

  it('an input that is not in yet keeps its weights to the byte, and learns from its step on', async () => {
    await run('steps', { curriculum: [{ inputs: ['right'], from: 3 }] });
    expect(await at('steps', 3, 'right/')).toEqual(await at('steps', 1, 'right/'));
    expect(await at('steps', 3, 'left/')).not.toEqual(await at('steps', 1, 'left/'));
    expect(await at('steps', 4, 'right/')).not.toEqual(await at('steps', 3, 'right/'));
  });

  it('by metric: comes in after the evaluation that came to it, and a stopped run goes on with it', async () => {
    const curriculum = [{ inputs: ['right'], from: { metric: 'score', above: 0.5 } }];
    const options = { curriculum, evaluateEvery: 2 };
    await run('whole', options, [0.6, 0.1, 0.1]);
    expect(await at('whole', 2, 'right/')).toEqual(await at('whole', 1, 'right/'));
    expect(await at('whole', 3, 'right/')).not.toEqual(await at('whole', 2, 'right/'));
    await run('parts', { ...options, steps: 3 }, [0.6, 0.1]);
    await run('parts', options, [0.1, 0.1]);
    expect(await at('parts', 6, '')).toEqual(await at('whole', 6, ''));
  });

  it('is refused where a name is wrong, nothing takes part, or a metric is waited for that never comes', () => {
    const refused = (curriculum: Config['train']['curriculum'], more?: Partial<Config['train']>) =>
      expect(() => runtimeOf({ curriculum, ...more }));
    refused([{ inputs: ['rigt'], from: 3 }]).toThrow(
      'train.curriculum refers to the input "rigt", which is not composed; did you mean "right"?',
    );
    refused([{ inputs: ['left', 'right'], from: 3 }]).toThrow(
      'config: train.curriculum lets no input take part at step 0',
    );
    refused([
      { inputs: ['left'], until: 3 },
      { inputs: ['right'], until: 2 },
    ]).toThrow('lets no input take part at step 3');
    const byMetric = [{ inputs: ['right'], from: { metric: 'score', above: 1 } }];
    refused(byMetric).toThrow(/train\.curriculum: it waits for evaluations.*set train\.evaluateEvery/);
  });
});
