import { findNative, selectBackend } from '@modalkit/backend';
import { gradientBlending, gradientModulation, gradNorm, pcGrad, uncertaintyWeighting } from '@modalkit/core';
import { expect, it } from 'vitest';
import { capturedRun, expectSameStep } from './captured-run.js';
import { tinyDigits, tinySamples } from './digits-model.js';

const native = await findNative();
const balancers = {
  uncertaintyWeighting: () => uncertaintyWeighting(),
  pcGrad: () => pcGrad(),
  gradNorm: () => gradNorm(),
  gradientBlending: () => gradientBlending(),
  gradientModulation: () => gradientModulation({ inputs: ['picture', 'caption'], head: 'match' }),
};

it.runIf(native).each(Object.keys(balancers) as (keyof typeof balancers)[])(
  'captured with %s, each step from one state is the same within 1e-5',
  async (name) => {
    const run = await capturedRun(tinyDigits({ balancer: balancers[name]() }), await selectBackend());
    for (let step = 0; step < 3; step++) {
      const batch = await run.batch(await tinySamples(4, step), step);
      expectSameStep(run, [batch]);
    }
    expect(run.notices).toEqual([]);
    expect(run.ready.info()).toMatchObject({ mode: 'captured' });
  },
);
