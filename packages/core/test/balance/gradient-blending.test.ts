import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunEvent } from '@modalkit/contract';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { blend, gradientBlending } from '../../src/balance/gradient-blending.js';
import { openCheckpoints } from '../../src/checkpoint/index.js';
import { train } from '../../src/train/train.js';
import { series } from '../fixtures/series-plugin.js';
import { meanSquare, memory, plain, project, sample } from '../fixtures/test-project.js';

const close = (values: readonly number[], expected: readonly number[]) => {
  expect(values.length).toBe(expected.length);
  for (const [index, value] of expected.entries()) expect(values[index]).toBeCloseTo(value, 6);
};

describe('the blend', () => {
  const then = { trained: [1, 2], heldOut: [1.2, 2.1] };
  const now = { trained: [0.6, 1.5], heldOut: [1, 1.7] };

  it('is what each gains over the square of what it overfits', () => {
    // First: G = 1.2 - 1 = 0.2, O = (1 - 0.6) - (1.2 - 1) = 0.2, G / O^2 = 5.
    // Second: G = 2.1 - 1.7 = 0.4, O = (1.7 - 1.5) - (2.1 - 2) = 0.1, G / O^2 = 40. Two factors: 2 * 5 / 45 and 2 * 40 / 45.
    close(blend(then, now, [1, 1], 0.02), [10 / 45, 80 / 45]);
  });

  it('takes less overfitting than the margin for the margin, and a loss that rises for no gain', () => {
    // With a margin of 0.4 the ratios are 0.2 / 0.16 and 0.4 / 0.16.
    close(blend(then, now, [1, 1], 0.4), [2 / 3, 4 / 3]);
    // The first gains nothing: it keeps 0.05 beside the 2 of the second, of 2.05 in all.
    close(blend(then, { ...now, heldOut: [1.3, 1.7] }, [1, 1], 0.02), [0.1 / 2.05, 4 / 2.05]);
    expect(blend(then, { ...now, heldOut: [1.3, 2.2] }, [0.5, 1.5], 0.02)).toEqual([0.5, 1.5]);
  });

  it('leaves an objective that was not measured where it is', () => {
    const three = { trained: [1, 2, Number.NaN], heldOut: [1.2, 2.1, Number.NaN] };
    const later = { trained: [0.6, 1.5, Number.NaN], heldOut: [1, 1.7, Number.NaN] };
    close(blend(three, later, [1, 1, 1], 0.02), [10 / 45, 80 / 45, 1]);
    const unknown = { trained: [-1e30, -1e30], heldOut: [-1e30, -1e30] };
    expect(blend(unknown, now, [1, 1], 0.02)).toEqual([1, 1]);
  });
});

describe('in a run', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'modalkit-blending-'));
    await tf.setBackend('cpu');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** `left` can be learnt and generalises; of `right` the held-out values are others than the training ones where it can't. */
  const samplesOf = (rightGeneralises: boolean) =>
    Array.from({ length: 16 }, (_, row) => ({
      ...sample(`s${row}`, { left: [row % 4, 1], right: [1, row % 3] }, 0),
      targets: { value: (row % 4) / 4, other: rightGeneralises ? row % 3 : row < 8 ? row : -row },
      split: row < 8 ? 'train' : 'test',
    }));

  async function run(steps: number, name: string, { split, both = false }: { split?: string; both?: boolean } = {}) {
    const events: RunEvent[] = [];
    const reporters = [{ id: 'test', report: (event: RunEvent) => void events.push(event) }];
    const runtime = project({
      inputs: { left: series({ layers: 0, width: 4 }), right: series({ layers: 0, width: 4 }) },
      objectives: { left: meanSquare({ input: 'left' }), right: meanSquare({ input: 'right', target: 'other' }) },
      balancer: gradientBlending({ split }),
      data: { source: memory(samplesOf(both)), batch: 4, workers: 0, cache: false },
      train: { steps, saveEvery: 1, keep: 9, learningRate: 0.05, schedule: 'constant' },
    });
    await train({ runtime, backend: plain, folder: join(folder, name), reporters });
    return events.flatMap((event) => (event.kind === 'notice' ? [event.message] : []));
  }

  async function ownAt(name: string, step: number) {
    const checkpoints = await openCheckpoints(join(folder, name, 'checkpoints'), { keep: 9 });
    const { weights } = (await checkpoints.load(step)).tensors;
    return (own: string) => [...weights!.get(`objectives/balancer/${own}`)!.data];
  }

  it('looks before the first step and once an epoch, and weighs the objective that generalises more', async () => {
    const notices = await run(6, 'whole');
    // 8 samples in batches of 4: an epoch is 2 steps.
    expect(notices.map((each) => each.slice(0, 13))).toEqual(['After step 0:', 'After step 2:', 'After step 4:']);
    expect(notices[0]).toContain('left 1.00, right 1.00');
    const [early, late] = [await ownAt('whole', 1), await ownAt('whole', 2)];
    expect(early('factors')).toEqual([1, 1]);
    expect(late('factors')[0]).toBeGreaterThan(1.5);
    expect(late('factors')[0]! + late('factors')[1]!).toBeCloseTo(2, 5);
    expect(late('heldOut')[0]).toBeLessThan(early('heldOut')[0]!);
  });

  it('goes on from its factors and losses: a stopped run ends in the same bytes', async () => {
    await run(6, 'whole', { both: true });
    await run(3, 'parts', { both: true });
    await run(6, 'parts', { both: true });
    const factors = [2, 4].map(async (step) => (await ownAt('whole', step))('factors')[0]!);
    expect(Math.abs((await factors[0]!) - (await factors[1]!))).toBeGreaterThan(0.01);
    const of = (name: string, file: string) => readFile(join(folder, name, 'checkpoints/step-00000006', file));
    for (const file of ['weights.safetensors', 'optimiser.safetensors'])
      expect((await of('parts', file)).equals(await of('whole', file)), file).toBe(true);
  });

  it('says so when nothing is held out', async () => {
    await expect(run(2, 'none', { split: 'validation' })).rejects.toThrow('Split "validation" has no usable sample');
  });
});
