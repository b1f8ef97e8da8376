import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findNative, selectBackend } from '@modalkit/backend';
import { type Config, createRuntime, gradientBlending, gradNorm, train } from '@modalkit/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { endOf, relativeDifference } from './captured-run.js';
import { gappySamples, tinyDigits, tinySamples } from './digits-model.js';
import { memory } from './memory.js';

const native = await findNative();
const full = Boolean(process.env.MODALKIT_FULL);
const STEPS = 6;
/** Every third lacks its picture, every fifth its caption. */
const samples = (await tinySamples(16)).map(({ inputs: { picture, caption, claim }, ...rest }, row) => ({
  ...rest,
  inputs: { claim, ...(row % 3 !== 1 && { picture }), ...(row % 5 !== 2 && { caption }) },
  split: row < 8 ? 'train' : 'test',
}));
const gappy = await gappySamples(32, 8);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modalkit-runs-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** What changes from step to step of a run, or is kept between them. */
const features: Record<string, () => Partial<Config>> = {
  gradientBlending: () => ({ balancer: gradientBlending({ samples: 8 }) }),
  gradNorm: () => ({ balancer: gradNorm() }),
  'a freezing schedule': () =>
    trained({ freeze: [{ weights: 'picture/*', until: 2 }, { weights: 'caption/*', from: 4 }, 'heads/match/*/bias'] }),
  'a curriculum': () => trained({ curriculum: [{ inputs: ['picture'], from: 2, until: 5 }] }),
  'a frozen tower': () => trained({ freeze: ['picture/*'] }),
  accumulation: () => trained({ accumulate: 2 }),
  microbatches: () => trained({ microbatch: 2 }),
  'masks and input dropout': () => ({
    ...trained({ inputDropout: 0.5 }),
    masking: { caption: { kind: 'random', ratio: 0.3 }, picture: { kind: 'block', ratio: 0.5, block: 0.5 } },
  }),
  'packed rows': () => ({ data: { source: memory(gappy), batch: 16 } }),
  'an average and warm-up': () => trained({ average: 0.9, warmUp: 3, schedule: 'cosine' }),
};
const trained = (options: Partial<Config['train']>): Partial<Config> => ({ train: { steps: STEPS, ...options } });

/** Trains to a step; every sample of a step is drawn as in a run of `STEPS`. */
async function run(name: string, feature: string, eager: boolean, stopAfter = STEPS): Promise<void> {
  const parts = features[feature]!();
  const config = tinyDigits({
    ...parts,
    data: { source: memory(samples), batch: 4, ...parts.data, workers: 0, cache: false },
    train: { schedule: 'constant', ...parts.train, steps: STEPS, saveEvery: 3, eager },
  });
  const stop = new AbortController();
  let kept = false;
  const stopper = {
    id: 'stopper',
    report: (event: { kind: string; step?: number; message?: string }) => {
      kept ||= event.message?.includes('its tokens are kept') ?? false;
      if (event.kind === 'step' && event.step === stopAfter) stop.abort();
    },
  };
  const runtime = createRuntime(config, { folder: '/' });
  const backend = await selectBackend();
  const options = { runtime, backend, folder: join(folder, name), reporters: [stopper] };
  const { programs } = await train(stopAfter < STEPS ? { ...options, signal: stop.signal } : options);
  expect(kept).toBe(feature === 'a frozen tower');
  expect(programs['training step']?.mode).toBe(eager ? 'eager' : 'captured');
}

const bytes = (name: string, file: string) => readFile(join(folder, name, 'checkpoints/step-00000006', file));

const end = (name: string) => endOf(join(folder, name));

const quick = [
  ['gradientBlending', true],
  ['gradNorm', false],
  ['a frozen tower', false],
] as const;
const every = Object.keys(features).flatMap((feature) => [true, false].map((eager) => [feature, eager] as const));

it.runIf(native).each(full ? every : quick)(
  'with %s, eager %s, a stopped run ends in the same bytes',
  async (...one) => {
    await run('whole', ...one);
    await run('parts', ...one, 3);
    await run('parts', ...one);
    for (const file of ['weights.safetensors', 'optimiser.safetensors'])
      expect((await bytes('parts', file)).equals(await bytes('whole', file)), file).toBe(true);
  },
);

it.runIf(native).each(full ? Object.keys(features) : ['a freezing schedule'])(
  'with %s, a captured run ends within 1e-3 of one that runs operation by operation',
  async (feature) => {
    await run('captured', feature, false);
    await run('eager', feature, true);
    expect(relativeDifference(await end('captured'), await end('eager'))).toBeLessThan(1e-3);
  },
);

it.runIf(native && full)('control: runs of two features end apart', async () => {
  await run('whole', 'microbatches', false);
  await run('in parts', 'a curriculum', false);
  expect(relativeDifference(await end('in parts'), await end('whole'))).toBeGreaterThan(1e-2);
});
