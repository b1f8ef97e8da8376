import { findNative, selectBackend } from '@modalkit/backend';
import { expect, it } from 'vitest';
import { capturedRun, expectSameStep } from './captured-run.js';
import { tinyDigits, tinySamples } from './digits-model.js';

const native = await findNative();

it.runIf(native)('captured with low-rank weights, each step from one state is the same within 1e-5', async () => {
  const train = { steps: 10, freeze: ['picture/*'], lora: [{ weights: 'picture/*', rank: 2, alpha: 4 }] };
  const run = await capturedRun(tinyDigits({ train }), await selectBackend());
  const frozen = run.trainable.flat.specs.filter(({ name }) => name.startsWith('picture/'));
  const adapted = run.trainable.flat.specs.filter(({ name }) => name.startsWith('lora/picture/'));
  expect([frozen.length, adapted.length > 4]).toEqual([0, true]);
  for (let step = 0; step < 3; step++) expectSameStep(run, [await run.batch(await tinySamples(4, step), step)]);
  expect(run.notices).toEqual([]);
  expect(run.ready.info()).toMatchObject({ mode: 'captured' });
});
