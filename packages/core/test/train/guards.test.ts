import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GuardNote, HostArray, RunEvent } from '@modalkit/contract';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCheckpoints } from '../../src/checkpoint/index.js';
import type { Config } from '../../src/compose/config.js';
import { infoNCE } from '../../src/objectives/index.js';
import { gradientsOf } from '../../src/train/step-gradients.js';
import { train } from '../../src/train/train.js';
import { createTrainable } from '../../src/train/trainable.js';
import { batchOf, meanSquare, memory, plain, project, sample, testModel } from '../fixtures/test-project.js';
import { type Fault, TRAPPED, type Trap, trappedSeries } from '../fixtures/trapped-series.js';

const full = Boolean(process.env.MODALKIT_FULL);

/** Eight samples to train on, all in every batch; the third is trapped. */
const samples = Array.from({ length: 10 }, (_, row) => ({
  ...sample(`s${row}`, { left: [row === 2 ? TRAPPED : row * 100], right: [row === 2 ? TRAPPED : 300 - row] }, row / 10),
  split: row < 8 ? 'train' : 'test',
}));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modalkit-guards-'));
  await tf.setBackend('cpu');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Setting {
  readonly train?: Partial<Config['train']>;
  readonly config?: Partial<Config>;
  /** Which input is spoilt in which steps, and how. */
  readonly input?: 'left' | 'right';
  readonly fault?: Fault;
  readonly bad?: readonly number[];
  readonly name?: string;
  readonly stopAfter?: number;
}

async function run({ train: options, config, input = 'left', fault, bad = [], name = 'run', stopAfter }: Setting) {
  const traps: Record<string, Trap> = { left: {}, right: {} };
  const stop = new AbortController();
  const events: RunEvent[] = [];
  const arm = (step: number) => {
    traps[input]!.fault = bad.includes(step) ? fault : undefined;
  };
  const report = (event: RunEvent) => {
    events.push(event);
    if (event.kind === 'start') arm(event.step + 1);
    if (event.kind === 'step') arm(event.step + 1);
    if (event.kind === 'step' && event.step === stopAfter) stop.abort();
  };
  const runtime = project({
    inputs: { left: trappedSeries({ trap: traps.left! }), right: trappedSeries({ trap: traps.right! }) },
    objectives: { one: meanSquare({ input: 'left' }), two: meanSquare({ input: 'right' }), pair: infoNCE() },
    data: { source: memory(samples), batch: 8, workers: 0, cache: false as const },
    train: { steps: 20, saveEvery: 4, keep: 30, learningRate: 0.01, schedule: 'constant', ...options },
    ...config,
  });
  const reporters = [{ id: 'test', report }];
  const result = await train({ runtime, backend: plain, folder: join(folder, name), reporters, signal: stop.signal });
  const notes = events.flatMap((event) => (event.kind === 'notice' && event.guard ? [event] : []));
  const did = (what: GuardNote['did']) => notes.filter(({ guard }) => guard!.did === what);
  return { result, notes, did };
}

async function checkpoint(name: string, step: number) {
  const { tensors } = await (await openCheckpoints(join(folder, name, 'checkpoints'), { keep: 30 })).load(step);
  return tensors as Record<'weights' | 'optimiser', ReadonlyMap<string, HostArray>>;
}

async function stepsSaved(name = 'run'): Promise<number[]> {
  const names = await readdir(join(folder, name, 'checkpoints'));
  return names.flatMap((one) => (one.startsWith('step-') ? [Number(one.slice(5))] : [])).sort((a, b) => a - b);
}

async function expectFinite(name = 'run'): Promise<void> {
  for (const step of await stepsSaved(name)) {
    const { weights, optimiser } = await checkpoint(name, step);
    for (const [key, { data }] of [...weights, ...optimiser])
      expect(Array.from(data).every(Number.isFinite), `${key} of step ${step}`).toBe(true);
  }
}

const range = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);

describe('F11: a loss or gradient that is not finite', { timeout: 300_000 }, () => {
  const faults: readonly Fault[] = full ? ['nan', 'infinite', 'huge', 'gradient'] : ['nan', 'huge', 'gradient'];
  const cases = faults.flatMap((fault) => (['left', 'right'] as const).map((input) => [fault, input] as const));

  it.each(cases)('%s in %s: skipped, input and sample named, nothing not finite is saved', async (fault, input) => {
    for (const burst of full ? [1, 3, 10] : [10]) {
      const name = `burst-${burst}`;
      const { result, did } = await run({ fault, input, bad: range(6, burst), name });
      expect(result).toMatchObject({ reason: 'finished', step: 20 });
      expect(did('skipped').map(({ step }) => step)).toEqual(range(6, burst));
      for (const { guard, message } of did('skipped')) {
        expect(guard).toMatchObject({ inputs: [input], samples: ['s2'] });
        expect(message).toContain(`inputs/${input}`);
      }
      expect(did('rolledBack').map(({ step }) => step)).toEqual([8, 11, 14].slice(0, Math.floor(burst / 3)));
      expect(did('sawSpike')).toEqual([]);
      expect((await stepsSaved(name)).length).toBeGreaterThan(2);
      await expectFinite(name);
    }
  });

  it.each(cases)('control: %s in %s that nothing held back would be in the moments', async (fault, input) => {
    const traps: Record<string, Trap> = { left: {}, right: {} };
    const inputs = { left: trappedSeries({ trap: traps.left! }), right: trappedSeries({ trap: traps.right! }) };
    const model = await testModel(project({ inputs, objectives: { pair: infoNCE(), one: meanSquare({ input }) } }));
    const trainable = createTrainable(model);
    const batch = await batchOf(model, samples.slice(0, 8));
    const finite = () =>
      gradientsOf(trainable, batch).every((part) => tf.all(tf.isFinite(tf.square(part))).dataSync()[0]);
    expect(finite()).toBe(true);
    traps[input]!.fault = fault;
    expect(finite()).toBe(false);
  });

  it('names the objective and the sample when a target is too large', async () => {
    const spoilt = samples.map((one) => (one.id === 's4' ? { ...one, targets: { value: 1e30 } } : one));
    const objectives = { one: meanSquare({ input: 'left' }), pair: infoNCE() };
    const data = { source: memory(spoilt), batch: 8, workers: 0, cache: false as const };
    const failed = run({ config: { objectives, data }, train: { guards: { patience: 2 } } });
    await expect(failed).rejects.toMatchObject({ code: 'LOSS', details: { inputs: ['left'], samples: ['s4'] } });
    await expect(failed).rejects.toThrow(
      /^Step 2: loss\/one\/error is not finite, by terms of test-mean-square \(objectives\/one\)/,
    );
    expect(await stepsSaved()).toEqual([]);
  });

  it('goes back to the weights and moments of the last commit, and makes the steps after it with other samples', async () => {
    await run({ fault: 'nan', bad: [6, 7, 8], train: { steps: 9 } });
    const { optimiser } = await checkpoint('run', 9);
    // Updates 1 to 4 are in the commit, 5 is undone, 6 to 8 were skipped, 9 counts.
    for (const [key, { data }] of optimiser) if (key.startsWith('count/')) expect([key, data[0]]).toEqual([key, 5]);
    expect(await stepsSaved()).toEqual([4, 9]);
  });

  it('leaves weights, moments and counts as they were, to the byte, by a skipped step', async () => {
    const train = { saveEvery: 1, steps: 7 };
    await run({ fault: 'nan', bad: [6], train });
    await run({ train: { ...train, steps: 5 }, name: 'whole' });
    const [before, other] = [await checkpoint('run', 5), await checkpoint('whole', 5)];
    expect(before.weights).toEqual(other.weights);
    await run({ fault: 'nan', bad: [6], train: { ...train, steps: 6 }, name: 'last' });
    expect(await checkpoint('last', 6)).toEqual(await checkpoint('last', 5));
  });

  it('stopped in the middle of a burst, the run ends in the same bytes', async () => {
    const setting = { fault: 'nan', bad: [6, 7, 8] } as const;
    await run({ ...setting, name: 'whole' });
    const { result } = await run({ ...setting, name: 'parts', stopAfter: 7 });
    expect(result.reason).toBe('stopped');
    expect(await stepsSaved('parts')).toEqual([4]);
    await run({ ...setting, name: 'parts' });
    expect(await checkpoint('parts', 20)).toEqual(await checkpoint('whole', 20));
  });

  it('ends the run when going back does not help, at the end of the run too', async () => {
    const guards = { patience: 2, rollbacks: 1 };
    const ended = run({ fault: 'nan', bad: range(6, 9), train: { guards } });
    await expect(ended).rejects.toThrow(
      /^Step 9: .* is not finite, by encode or align of test-trapped \(inputs\/left\)/,
    );
    await expect(run({ fault: 'nan', bad: [1, 2], train: { steps: 2 }, name: 'short' })).rejects.toThrow(/^Step 2: /);
    await expect(run({ fault: 'nan', bad: range(6, 3), train: { steps: 8 }, name: 'tail' })).rejects.toThrow(
      /^Step 8: /,
    );
    expect(await stepsSaved('tail')).toEqual([4]);
  });
});

describe('a loss that jumps', () => {
  it('is reported with its samples, and trained on', async () => {
    const { did, result } = await run({ fault: 'jump', bad: [45], train: { steps: 50 } });
    expect(did('skipped')).toEqual([]);
    expect(did('sawSpike')).toMatchObject([{ step: 45, guard: { samples: expect.arrayContaining(['s2', 's7']) } }]);
    expect(did('sawSpike')[0]!.message).toMatch(
      /^Step 45: the loss jumped to \d.* above the running median .*samples s/,
    );
    expect(result.step).toBe(50);
  });

  it('goes unreported with spike: false', async () => {
    const { notes } = await run({ fault: 'jump', bad: [45], train: { steps: 46, guards: { spike: false } } });
    expect(notes).toEqual([]);
  });

  it('clean runs give no alarm, whatever the seed', async () => {
    const many = Array.from({ length: 96 }, (_, row) => ({
      ...sample(`s${row}`, { left: [(row * 37) % 500], right: [(row * 53) % 400] }, ((row * 29) % 17) / 10),
      split: row < 88 ? 'train' : 'test',
    }));
    for (let seed = 0; seed < 5; seed++) {
      const data = { source: memory(many), batch: 4, workers: 0, cache: false as const };
      const options = { steps: full ? 2000 : 40, saveEvery: 5000 };
      const { notes } = await run({ config: { data, seed }, train: options, name: `seed-${seed}` });
      expect(notes).toEqual([]);
    }
  }, 600_000);
});
