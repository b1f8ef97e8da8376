import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunEvent, Sample } from '@modalkit/contract';
import { hostNormal, hostRandom } from '@modalkit/toolkit';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Config } from '../../src/compose/config.js';
import { anomaly } from '../../src/heads/index.js';
import { detection } from '../../src/metrics/index.js';
import { evaluateRun } from '../../src/train/evaluate-run.js';
import { openModel } from '../../src/train/open-model.js';
import { train } from '../../src/train/train.js';
import { series } from '../fixtures/series-plugin.js';
import { meanSquare, memory, plain, project, sample } from '../fixtures/test-project.js';

const random = hostRandom(5, 0, 'samples');
const numbers = (row: number, level: number) =>
  Array.from({ length: 3 }, (_, at) => level + 0.2 * hostNormal(random, 'value', 3 * row + at));
/** 40 normal ones to train on, 60 to calibrate on, 60 and 20 faults to evaluate: a level that was never seen. */
const samples = Array.from({ length: 180 }, (_, row) => {
  const split = row < 40 ? 'train' : row < 100 ? 'held' : 'test';
  const { id, inputs, targets } = sample(`s${row}`, { left: numbers(row, row < 160 ? 0 : 3) }, row % 4);
  return { id, inputs, split, targets: { ...targets, health: row < 160 ? 'normal' : 'bearing' } };
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modalkit-fits-'));
  await tf.setBackend('cpu');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function runtimeOf(options: Partial<Config['train']> = {}, falseAlarms = 0.05, from: readonly Sample[] = samples) {
  return project({
    inputs: { left: series({ layers: 0, width: 4 }) },
    heads: { health: anomaly({ from: 'left', bank: 16, calibrate: { split: 'held', falseAlarms } }) },
    objectives: { left: meanSquare({ input: 'left' }) },
    metrics: { health: detection({ head: 'health', every: 60 }) },
    data: { source: memory(from), batch: 20, workers: 0, cache: false },
    train: { steps: 3, saveEvery: 2, learningRate: 0.01, ...options },
  });
}

const weightsOf = async (name: string) => {
  const { model } = await openModel({ runtime: runtimeOf(), backend: plain, folder: join(folder, name) });
  return new Map([...model.weights].map(([weight, { variable }]) => [weight, [...variable.dataSync()]]));
};

it('statistics are measured after training on normal samples alone, kept in the checkpoint, and evaluated with', async () => {
  const options = { backend: plain, folder: join(folder, 'run') };
  const { evaluation } = await train({ runtime: runtimeOf(), ...options });
  const values = evaluation!.values;
  expect(values['auroc/health']!.value).toBeGreaterThan(0.95);
  expect(values['detected/health/bearing']!.value).toBeGreaterThan(0.8);
  expect(values['falseAlarmRate/health']!.value).toBeLessThan(0.2);
  expect(values['falseAlarmsPerHour/health']!.value).toBeCloseTo(60 * values['falseAlarmRate/health']!.value, 9);
  const weights = await weightsOf('run');
  expect(weights.get('heads/health/threshold')![0]).not.toBe(1);
  expect(weights.get('heads/health/bank')!.every((value) => value < 1e4)).toBe(true);
  const again = await evaluateRun({ runtime: runtimeOf(), ...options });
  expect(again.values).toEqual(values);
});

it('with averaged weights they are those of the average; a run that is stopped ends with the same', async () => {
  const average = { average: 0.5, evaluateEvery: 2 } as const;
  const whole = await train({ runtime: runtimeOf(average), backend: plain, folder: join(folder, 'whole') });
  const again = await evaluateRun({ runtime: runtimeOf(average), backend: plain, folder: join(folder, 'whole') });
  expect(again.values).toEqual(whole.evaluation!.values);
  await train({
    runtime: runtimeOf({ ...average, steps: 2, schedule: 'constant' }),
    backend: plain,
    folder: join(folder, 'parts'),
  });
  await train({
    runtime: runtimeOf({ ...average, schedule: 'constant' }),
    backend: plain,
    folder: join(folder, 'parts'),
  });
  await train({
    runtime: runtimeOf({ ...average, schedule: 'constant' }),
    backend: plain,
    folder: join(folder, 'once'),
  });
  expect(await weightsOf('parts')).toEqual(await weightsOf('once'));
});

it('training on normal samples only: the others of the training split might as well not be there', async () => {
  const faults = Array.from({ length: 20 }, (_, row) => {
    const { id, inputs, targets } = sample(`f${row}`, { left: numbers(200 + row, 3) }, row % 4);
    return { id, inputs, split: 'train', targets: { ...targets, health: 'bearing' } };
  });
  const only = { health: ['normal', null] };
  const notices: string[] = [];
  const report = (event: RunEvent) => void (event.kind === 'notice' && notices.push(event.message));
  const reporters = [{ id: 'notices', report }];
  await train({ runtime: runtimeOf(), backend: plain, folder: join(folder, 'without') });
  const runtime = runtimeOf({ only }, 0.05, [...samples, ...faults]);
  await train({ runtime, backend: plain, folder: join(folder, 'only'), reporters });
  expect(await weightsOf('only')).toEqual(await weightsOf('without'));
  expect(notices).toContain(
    'train.only {"health":["normal",null]}: 40 samples of split "train" are kept, 20 are left out.',
  );
});

it('what training is restricted to is a column that is read, and leaves something', async () => {
  expect(() => runtimeOf({ only: { helth: ['normal'] } })).toThrow(/train.only refers to the target "helth".*"health"/);
  const run = train({
    runtime: runtimeOf({ only: { health: ['fine'] } }),
    backend: plain,
    folder: join(folder, 'none'),
  });
  await expect(run).rejects.toThrow(
    /train.only leaves none of the 40 samples of split "train" \({"health":\["fine"\]}\); in these "health" is normal: /,
  );
});

it('a split that is trained on is refused for calibration', () => {
  const calibrate = { split: 'train', falseAlarms: 0.1 };
  const config = { inputs: { left: series() }, objectives: { left: meanSquare({ input: 'left' }) } };
  expect(() => project({ ...config, heads: { health: anomaly({ from: 'left', calibrate }) } })).toThrow(
    /heads\/health is calibrated on the split "train", which is trained on/,
  );
});

it('a split that cannot hold the rate is refused before the first step', async () => {
  const run = train({ runtime: runtimeOf({}, 0.001), backend: plain, folder: join(folder, 'few') });
  await expect(run).rejects.toThrow(/heads\/health: split "held" has 60 normal samples, .* needs at least 999/);
});
