import { findNative, selectBackend } from '@modalkit/backend';
import { type Config, infoNCE, pcGrad } from '@modalkit/core';
import { expect, it } from 'vitest';
import { type CapturedRun, capturedRun, expectSameStep, readState, relativeDifference } from './captured-run.js';
import { tinyDigits, tinySamples } from './digits-model.js';

const native = await findNative();
const masking = { caption: { kind: 'random', ratio: 0.3 } } as const;
/** Without momentum and decay an update is the gradient times the rate; at this one the weights' own size doesn't round it off. */
const RATE = 1000;
const train = { steps: 10, clip: false, optimiser: { kind: 'sgd', momentum: 0 } } as const;

const open = async (change: Partial<Config> = {}): Promise<CapturedRun> =>
  capturedRun(tinyDigits({ masking, train, ...change }), await selectBackend());

it.runIf(native)('a captured step in microbatches moves the weights as the whole batch does', async () => {
  const samples = await tinySamples(8, 1);
  const moved = async (run: CapturedRun) => {
    const before = readState(run);
    run.step('captured', [await run.batch(samples)], RATE);
    return readState(run).map((values, index) => values.map((value, at) => value - before[index]![at]!));
  };
  const cut = await open({ train: { ...train, microbatch: 5 } });
  // Weights of 0.1 hold a step of 0.01 to some 1e-6; gradients themselves are compared in packages/core.
  expect(relativeDifference(await moved(cut), await moved(await open()))).toBeLessThan(1e-5);
  expect([cut.notices, cut.ready.info().mode]).toEqual([[], 'captured']);
});

it.runIf(native)('captured cached gradients equal those operation by operation, with PCGrad too', async () => {
  const objectives = { ...tinyDigits().objectives, all: infoNCE() };
  const options = { ...train, accumulate: 2, cachedGradients: true };
  const run = await open({ objectives, balancer: pcGrad(), train: options });
  const batches = [await run.batch(await tinySamples(2, 0), 0), await run.batch(await tinySamples(2, 1), 1)];
  expectSameStep(run, batches);
  expect([run.notices, run.ready.info().mode]).toEqual([[], 'captured']);
});
