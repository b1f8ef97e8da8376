import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findNative, selectBackend } from '@modalkit/backend';
import { createRuntime, gradientBlending, gradNorm, train } from '@modalkit/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { tinyDigits, tinySamples } from './digits-model.js';
import { memory } from './memory.js';

const native = await findNative();
const samples = (await tinySamples(16)).map((each, row) => ({ ...each, split: row < 8 ? 'train' : 'test' }));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modalkit-resume-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const balancers = { gradNorm: () => gradNorm(), gradientBlending: () => gradientBlending({ samples: 8 }) };
type Case = { readonly name: keyof typeof balancers; readonly eager: boolean };
const quick: Case[] = [
  { name: 'gradientBlending', eager: true },
  { name: 'gradNorm', eager: false },
];
const cases = process.env.MODALKIT_FULL ? [...quick, ...quick.map((one) => ({ ...one, eager: !one.eager }))] : quick;

/** Trains to a step and says how the step ran. */
async function trained(to: number, name: string, { name: balancer, eager }: Case) {
  const config = tinyDigits({
    balancer: balancers[balancer](),
    data: { source: memory(samples), batch: 4, workers: 0, cache: false },
    train: { steps: to, saveEvery: 3, schedule: 'constant', eager },
  });
  const runtime = createRuntime(config, { folder: '/' });
  const { programs } = await train({ runtime, backend: await selectBackend(), folder: join(folder, name) });
  return programs['training step']?.mode;
}

const bytes = (name: string, file: string) => readFile(join(folder, name, 'checkpoints/step-00000006', file));

it.runIf(native).each(cases)('with $name, eager $eager, a stopped run ends in the same bytes', async (one) => {
  const mode = one.eager ? 'eager' : 'captured';
  expect(await trained(6, 'whole', one)).toBe(mode);
  await trained(3, 'parts', one);
  expect(await trained(6, 'parts', one)).toBe(mode);
  for (const file of ['weights.safetensors', 'optimiser.safetensors'])
    expect((await bytes('parts', file)).equals(await bytes('whole', file)), file).toBe(true);
});
