import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostArray, RunEvent, Tensor } from '@modalkit/contract';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCheckpoints } from '../../src/checkpoint/index.js';
import type { Config } from '../../src/compose/config.js';
import { infoNCE, sigLIP } from '../../src/objectives/index.js';
import { FittingStep } from '../../src/train/fitting-step.js';
import { takeGradients } from '../../src/train/take-gradients.js';
import { train } from '../../src/train/train.js';
import { readTrainable, restoreTrainable } from '../../src/train/train-state.js';
import { createTrainable, type Trainable } from '../../src/train/trainable.js';
import { measuredStep } from '../../src/train/training-step.js';
import { series } from '../fixtures/series-plugin.js';
import { batchOf, meanSquare, memory, plain, project, sample, testModel } from '../fixtures/test-project.js';

const full = Boolean(process.env.MODALKIT_FULL);

const samples = Array.from({ length: 40 }, (_, row) => ({
  ...sample(`s${row}`, { left: [2 + Math.sin(row), 1], right: [3 + Math.cos(row), 0.5, 1] }, row / 40),
  split: row < 32 ? 'train' : 'test',
}));

const parts = () => ({
  inputs: { left: series(), right: series() },
  objectives: { pair: infoNCE(), sigmoid: sigLIP(), value: meanSquare({ input: 'left' }) },
});

const engine = tf.engine();
const { runKernel } = engine;
beforeEach(() => tf.setBackend('cpu'));
afterEach(() => {
  engine.runKernel = runKernel;
});

/** Asked before each operation whether memory holds it; where it doesn't, the operation fails as V8 lets it. */
function beforeOperations(holds: () => boolean): void {
  engine.runKernel = ((...args: Parameters<typeof runKernel>) => {
    if (!holds()) throw new RangeError('Array buffer allocation failed');
    return runKernel.apply(engine, args);
  }) as typeof runKernel;
}

/** Fails once, at the k-th operation from now on. Tells how many there were. */
function failAt(k: number): () => number {
  let count = 0;
  beforeOperations(() => ++count !== k);
  return () => count;
}

async function openStep() {
  const model = await testModel(project({ ...parts(), train: { steps: 1, average: 0.9 } }));
  const trainable = createTrainable(model);
  const batches = [await batchOf(model, samples.slice(0, 8))];
  const rate = tf.scalar(0.01);
  const inputs = { batches: Object.fromEntries(batches.entries()), rate };
  const first = await readTrainable(trainable);
  /** A step that knows of no failure yet, from the first weights. */
  const start = () => {
    restoreTrainable(trainable, first);
    const events: RunEvent[] = [];
    const step = new FittingStep(trainable, undefined, (event) => events.push(event));
    const run = () => {
      const measured = step.run(1, inputs);
      const norm = measured.gradientNorm!.dataSync()[0]!;
      tf.dispose(measured);
      return norm;
    };
    return { events, run };
  };
  return { trainable, batches, rate, first, start, ...start() };
}

/** The gradient of the first step, every number of it: AdamW's first moments are a tenth of it. */
async function gradientOf(trainable: Trainable): Promise<number[]> {
  const { optimiser } = await readTrainable(trainable);
  return [...optimiser!].flatMap(([name, { data }]) => (name.startsWith('first/') ? [...data] : []));
}

/** Some of the operations of a step, the last among them; all of them at full counts. */
async function operations(): Promise<number[]> {
  const { run } = await openStep();
  const counted = failAt(0);
  run();
  engine.runKernel = runKernel;
  const every = full ? 1 : 131;
  return Array.from({ length: Math.ceil(counted() / every) }, (_, index) => counted() - index * every);
}

describe('F12: memory that runs out at an operation of a step', { timeout: 600_000 }, () => {
  it('the step is made in halves: gradient within 1e-6 of the whole, no tensor left behind', async () => {
    const all = await operations();
    const { trainable, first, start, run } = await openStep();
    const norm = run();
    const whole = await gradientOf(trainable);
    expect(whole.length).toBeGreaterThan(1000);
    for (const k of all) {
      const { events, run: again } = start();
      const before = tf.memory().numTensors;
      failAt(k);
      const halved = again();
      engine.runKernel = runKernel;
      expect(tf.memory().numTensors - before, `operation ${k}`).toBe(0);
      expect(events).toMatchObject([{ kind: 'notice', step: 1, guard: { did: 'halved', microbatch: 4 } }]);
      const found = await gradientOf(trainable);
      const apart = Math.hypot(...found.map((value, at) => value - whole[at]!)) / Math.hypot(...whole);
      expect(apart, `operation ${k}`).toBeLessThan(1e-6);
      expect(Math.abs(halved / norm - 1), `operation ${k}`).toBeLessThan(1e-6);
      for (const [name, { data }] of (await readTrainable(trainable)).weights!)
        expect(Array.from(data), name).not.toEqual(Array.from(first.weights!.get(name)!.data));
    }
  });

  it('a try that failed changes nothing, to the byte, and leaves no tensor behind', async () => {
    const all = await operations();
    const { trainable, batches, rate, first } = await openStep();
    const before = tf.memory().numTensors;
    for (const k of all) {
      failAt(k);
      expect(() => measuredStep(trainable, batches, rate), `operation ${k}`).toThrow('allocation failed');
      expect(tf.memory().numTensors - before, `operation ${k}`).toBe(0);
    }
    engine.runKernel = runKernel;
    expect(await readTrainable(trainable)).toEqual(first);
  });

  it('memory that holds no single sample ends the run in one sentence', async () => {
    const { run, events } = await openStep();
    beforeOperations(() => false);
    expect(run).toThrow(/^Step 1: memory doesn't hold the step with one sample at a time/);
    expect(events).toHaveLength(3);
  });

  it('control: tfjs by itself leaves tensors behind', () => {
    const x = tf.variable(tf.ones([2, 2]));
    const of = () => tf.sum(tf.square(tf.exp(x))) as Tensor;
    const left = (take: () => unknown) => {
      const before = tf.memory().numTensors;
      failAt(4);
      expect(() => tf.tidy(() => take() as never)).toThrow('allocation failed');
      return tf.memory().numTensors - before;
    };
    expect(left(() => takeGradients(tf, of, [x]))).toBe(0);
    expect(left(() => tf.engine().gradients(of, [x], null as never, true))).toBeGreaterThan(0);
  });

  it('what is no want of memory is thrown as it is', async () => {
    const { run } = await openStep();
    engine.runKernel = () => {
      throw new Error('a wrong shape');
    };
    expect(run).toThrow('a wrong shape');
  });
});

describe('F12: a run in too little memory', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'modalkit-memory-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  interface Setting {
    readonly train?: Partial<Config['train']>;
    /** Of tensors. */
    readonly bytes?: number;
    readonly stopAfter?: number;
  }

  async function run(name: string, { train: options, bytes = Number.POSITIVE_INFINITY, stopAfter }: Setting = {}) {
    const stop = new AbortController();
    const sizes: number[] = [];
    let peak = 0;
    const before = tf.memory().numBytes;
    beforeOperations(() => {
      const now = tf.memory().numBytes - before;
      peak = Math.max(peak, now);
      return now <= bytes;
    });
    const report = (event: RunEvent) => {
      if (event.kind === 'notice' && event.guard?.did === 'halved') sizes.push(event.guard.microbatch!);
      if (event.kind === 'step' && event.step === stopAfter) stop.abort();
    };
    const runtime = project({
      ...parts(),
      data: { source: memory(samples), batch: 32, workers: 0, cache: false as const },
      train: { steps: 4, saveEvery: 2, evaluateEvery: false, ...options },
    });
    const reporters = [{ id: 'test', report }];
    await train({ runtime, backend: plain, folder: join(folder, name), reporters, signal: stop.signal });
    engine.runKernel = runKernel;
    const loaded = await (await openCheckpoints(join(folder, name, 'checkpoints'), { keep: 2 })).latest();
    const { weights, optimiser } = loaded!.tensors as Record<string, ReadonlyMap<string, HostArray>>;
    return { sizes, peak, weights: weights!, optimiser: optimiser!, state: loaded!.documents.state };
  }

  it('finds the size that fits in at most log2(batch) tries, stores it, and goes on from it in the same bytes', async () => {
    const whole = await run('whole');
    const [eight, sixteen] = [
      await run('8', { train: { microbatch: 8 } }),
      await run('16', { train: { microbatch: 16 } }),
    ];
    expect([eight.peak < sixteen.peak, sixteen.peak < whole.peak]).toEqual([true, true]);
    const bytes = (eight.peak + sixteen.peak) / 2;
    const short = await run('short', { bytes });
    expect(short.sizes).toEqual([16, 8]);
    expect(short.state).toMatchObject({ step: 4, microbatch: 8 });
    for (const [name, { data }] of whole.weights)
      for (const [at, value] of data.entries()) expect(short.weights.get(name)!.data[at], name).toBeCloseTo(value, 4);
    const stopped = await run('parts', { bytes, stopAfter: 2 });
    expect(stopped.state).toMatchObject({ step: 2, microbatch: 8 });
    const resumed = await run('parts', { bytes });
    expect(resumed.sizes).toEqual([]);
    expect([resumed.weights, resumed.optimiser]).toEqual([short.weights, short.optimiser]);
  });
});
