import { findNative, selectBackend } from '@modalkit/backend';
import type { Backend } from '@modalkit/contract';
import type { Config, Sample } from '@modalkit/core';
import { readTrainable } from '@modalkit/core/training';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CapturedRun, capturedRun, expectSameStep, readState, relativeDifference } from './captured-run.js';
import { fusions, tinyDigits, tinySamples } from './digits-model.js';

const native = await findNative();
const full = Boolean(process.env.MODALKIT_FULL);
const STEPS = full ? 50 : 12;
const LEAK_STEPS = full ? 2000 : 20;
/** A caption of another length than all others. */
const LONG = 'one two three '.repeat(6);
const masking = {
  caption: { kind: 'random', ratio: 0.3 },
  picture: { kind: 'block', ratio: 0.5, block: 0.5 },
} as const;
const train = { steps: 60, average: 0.9, optimiser: { kind: 'adamw', weightDecay: 0.05 } } as const;

/** Samples of a step; in every third one lacks an input. */
async function samplesOf(step: number): Promise<Sample[]> {
  const samples = await tinySamples(4, step);
  if (step % 3 > 0) return samples;
  return samples.map((sample, row) => (row === 1 ? { ...sample, inputs: { caption: sample.inputs.caption } } : sample));
}

describe.runIf(native)('a captured step beside the same step run operation by operation', { timeout: 600_000 }, () => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await selectBackend();
  });
  const open = (change: Partial<Config> = {}): Promise<CapturedRun> =>
    capturedRun(tinyDigits({ masking, train, ...change }), backend);

  it.each(Object.keys(fusions) as (keyof typeof fusions)[])(
    'each step from one state is the same within 1e-5: %s fusion',
    async (name) => {
      const run = await open({ fusion: fusions[name]() });
      for (let step = 0; step < STEPS; step++) {
        expectSameStep(run, [await run.batch(await samplesOf(step), step)]);
      }
      expect(run.notices).toEqual([]);
      expect(run.ready.info()).toMatchObject({ mode: 'captured' });
    },
  );

  it('steps running free end within 1e-3', async () => {
    const [eager, captured] = [await open(), await open()];
    for (let step = 0; step < STEPS; step++) {
      const samples = await samplesOf(step);
      eager.step('eager', [await eager.batch(samples, step)]);
      captured.step('captured', [await captured.batch(samples, step)]);
    }
    expect(relativeDifference(readState(captured), readState(eager))).toBeLessThan(1e-3);
  });

  it('two captured runs end in the same bytes, and the key decides what is hidden', async () => {
    const runs = [await open(), await open(), await open()];
    for (let step = 0; step < 5; step++) {
      for (const [index, run] of runs.entries())
        run.step('captured', [await run.batch(await samplesOf(step), index === 2 ? step + 100 : step)]);
    }
    const [first, second, otherKeys] = runs.map(readState);
    expect(second).toEqual(first);
    expect(otherKeys).not.toEqual(first);
  });

  it('an input that no row has keeps its weights, moments, average and counts to the byte', async () => {
    const run = await open();
    run.step('captured', [await run.batch(await samplesOf(1), 1)]);
    const before = await stateOf(run, 'picture/');
    const others = await stateOf(run, 'caption/');
    const samples = (await samplesOf(1)).map(({ inputs: { picture: _, ...inputs }, ...rest }) => ({ ...rest, inputs }));
    for (let step = 0; step < 3; step++) run.step('captured', [await run.batch(samples, step)]);
    expect(before.length).toBeGreaterThan(5);
    expect(await stateOf(run, 'picture/')).toEqual(before);
    expect(await stateOf(run, 'caption/')).not.toEqual(others);
  });

  it('frozen weights stay, and their present values are used', async () => {
    const run = await open({ train: { ...train, freeze: ['picture/*'] } });
    const { weights } = run.trainable.model;
    const [name, { variable, spec }] = [...weights].find(([name]) => name.startsWith('picture/'))!;
    const before = Float32Array.from(variable.dataSync());
    const batch = await run.batch(await samplesOf(1), 1);
    const first = run.step('captured', [batch], 0);
    expect(Float32Array.from(variable.dataSync()), name).toEqual(before);
    variable.assign(run.backend.tf.fill([...spec.shape], 0.5) as never);
    expect(run.step('captured', [batch], 0).loss).not.toBe(first.loss);
  });

  it.each(['captured', 'eager'] as const)(
    '%s, a picture that is not finite leaves the state as it was, to the byte',
    async (how) => {
      const run = await open();
      const { tf } = run.backend;
      run.step(how, [await run.batch(await samplesOf(1), 1)]);
      const before = readState(run);
      const good = await run.batch(await samplesOf(2), 2);
      const picture = good.inputs.picture!;
      const pixels = Object.entries(picture.arrays).find(([, tensor]) => tensor?.dtype === 'float32')!;
      const arrays = { ...picture.arrays, [pixels[0]]: tf.fill(pixels[1]!.shape, Number.NaN) };
      const bad = { ...good, inputs: { ...good.inputs, picture: { ...picture, arrays } } };
      expect(run.step(how, [bad]).loss).toBeNaN();
      expect(readState(run)).toEqual(before);
      expect(run.step(how, [good]).loss).toBeGreaterThan(0);
      expect(readState(run)).not.toEqual(before);
      expect(run.ready.info().graphs.length).toBe(how === 'captured' ? 1 : 0);
    },
  );

  it('batches that are accumulated, each of its own length', async () => {
    const run = await open({ train: { ...train, accumulate: 2 } });
    const long = (await samplesOf(2)).map((sample) => ({
      ...sample,
      inputs: { ...sample.inputs, caption: LONG },
    }));
    for (let step = 0; step < 6; step++) {
      expectSameStep(run, [await run.batch(await samplesOf(step), step), await run.batch(long, step + 50)]);
    }
    expect(run.notices).toEqual([]);
  });

  it('steps of two shapes in turn leave no tensor behind, and no memory', async () => {
    const run = await open();
    const long = (await samplesOf(2)).map((sample) => ({ ...sample, inputs: { ...sample.inputs, caption: LONG } }));
    const batches = [await run.batch(await samplesOf(1), 1), await run.batch(long, 2)];
    const count = run.backend.tf.memory().numTensors;
    let early = 0;
    for (let step = 1; step <= LEAK_STEPS; step++) {
      run.step('captured', [batches[step % 2]!]);
      if (step === LEAK_STEPS / 10) early = process.memoryUsage.rss();
    }
    expect(run.backend.tf.memory().numTensors).toBe(count);
    expect(run.ready.info().graphs.map(({ runs }) => runs)).toEqual([LEAK_STEPS / 2, LEAK_STEPS / 2]);
    const grown = (process.memoryUsage.rss() - early) / 2 ** 20;
    if (full) expect(grown).toBeLessThan(32);
    run.ready.dispose();
  });
});

/** Weights, slots and counts of the weights whose names begin with a prefix. */
async function stateOf({ trainable }: CapturedRun, prefix: string): Promise<number[][]> {
  const { weights, optimiser } = await readTrainable(trainable);
  const own = [...weights!].filter(([name]) => name.startsWith(prefix));
  const kept = [...optimiser!].filter(([name]) => name.slice(name.indexOf('/') + 1).startsWith(prefix));
  return [...own, ...kept].map(([, { data }]) => [...data]);
}
