import type { Sample } from '@modalkit/contract';
import { describe, expect, it } from 'vitest';
import { gradientModulation, gradNorm, pcGrad, uncertaintyWeighting } from '../../src/balance/index.js';
import type { Config } from '../../src/compose/config.js';
import { list } from '../../src/compose/index.js';
import { late } from '../../src/fusion/index.js';
import { classify } from '../../src/heads/index.js';
import { crossEntropy, infoNCE, matching, sigLIP } from '../../src/objectives/index.js';
import type { Model } from '../../src/train/model.js';
import type { Cut } from '../../src/train/pieces.js';
import { stepGradients } from '../../src/train/step-gradients.js';
import { createTrainable } from '../../src/train/trainable.js';
import { series } from '../fixtures/series-plugin.js';
import { batchOf, meanSquare, project, sample, testModel } from '../fixtures/test-project.js';

/** Three inputs, some of which a sample lacks; a value and a class that some lack. */
const samples: Sample[] = Array.from({ length: 8 }, (_, row) => {
  const inputs = { left: [row, 2], right: [1 - row, 0.5 * row, 1], third: [2 + Math.sin(row)] };
  const entries = Object.entries(inputs).filter((_, at) => row % 4 !== at + 1);
  const made = sample(`s${row}`, Object.fromEntries(entries), row === 5 ? undefined : row / 4);
  return { ...made, targets: { ...made.targets, kind: row % 3 } };
});

const three = () => ({ left: series(), right: series(), third: series() });
const contrast = { pairs: infoNCE({ positives: 'kind' }), sigmoid: sigLIP({ pairs: [['left', 'right']] }) };
const alone = { value: meanSquare({ input: 'left' }) };

interface Found {
  readonly gradients: readonly Float32Array[];
  readonly numbers: Readonly<Record<string, number>>;
  readonly open: readonly number[];
  readonly left: number;
}

/** Gradients of a step, and how many tensors are left behind. */
async function find(model: Model, batches: readonly (readonly Sample[])[], cut: Cut): Promise<Found> {
  const { tf } = model.backend;
  const trainable = createTrainable(model);
  const tensors = await Promise.all(batches.map((rows) => batchOf(model, rows)));
  const before = tf.memory().numTensors;
  const found = tf.tidy(() => stepGradients(trainable, tensors, cut) as never) as ReturnType<typeof stepGradients>;
  const all = { ...found.terms, total: found.total, ...found.balance };
  const read = {
    gradients: found.gradients.map((part) => Float32Array.from(part.dataSync())),
    numbers: Object.fromEntries(Object.entries(all).map(([name, value]) => [name, value.dataSync()[0]!])),
    open: [...found.open.dataSync()],
  };
  tf.dispose(found as never);
  return { ...read, left: tf.memory().numTensors - before };
}

function difference(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  const square = (parts: readonly Float32Array[]) => Math.hypot(...parts.flatMap((part) => [...part]));
  return square(a.map((part, index) => part.map((value, at) => value - b[index]![at]!))) / square(b);
}

async function expectEqual(config: Partial<Config> & Pick<Config, 'inputs' | 'objectives'>, sizes = [1, 2, 3, 5]) {
  const model = await testModel(project(config));
  const whole = await find(model, [samples], { together: false });
  for (const microbatch of sizes) {
    const cut = await find(model, [samples], { microbatch, together: false });
    expect(difference(cut.gradients, whole.gradients), `${microbatch} at a time`).toBeLessThan(1e-6);
    for (const [name, value] of Object.entries(whole.numbers)) expect(cut.numbers[name], name).toBeCloseTo(value, 4);
    expect(cut.open).toEqual(whole.open);
    expect([whole.left, cut.left]).toEqual([0, 0]);
  }
}

describe('a batch in microbatches has the gradient of the whole, within 1e-6', () => {
  it('of objectives over pairs, and of a loss of each sample beside them', async () => {
    await expectEqual({ inputs: three(), objectives: { ...contrast, ...alone } });
  });

  const balancers = { uncertaintyWeighting, pcGrad, gradNorm };
  it.each(Object.keys(balancers) as (keyof typeof balancers)[])('with %s', async (name) => {
    // The order in which PCGrad projects is drawn for the step: the same.
    await expectEqual({ inputs: three(), objectives: { ...contrast, ...alone }, balancer: balancers[name]() }, [3]);
  });

  it('with everything drawn by key: hidden tokens, a token budget, dropped inputs, lists', async () => {
    const inputs = { left: list(series(), 2), right: series(), third: series() };
    const rows = (one: Sample) => ({ ...one.inputs, ...(one.inputs.left ? { left: [one.inputs.left, [3]] } : {}) });
    const whole = samples.map((one) => ({ ...one, inputs: rows(one) }));
    const config = {
      inputs,
      fusion: late(),
      heads: { kind: classify({ classes: 3 }) },
      masking: { third: { kind: 'random', ratio: 0.5 } },
      tokenBudget: { inputs: ['left', 'right'], visible: 2 },
      objectives: { ...contrast, kind: crossEntropy({ head: 'kind' }) },
      train: { steps: 1, inputDropout: 0.5 },
    } satisfies Parameters<typeof expectEqual>[0];
    const model = await testModel(project(config));
    const [all, cut] = [
      await find(model, [whole], { together: false }),
      await find(model, [whole], { microbatch: 3, together: false }),
    ];
    expect(difference(cut.gradients, all.gradients)).toBeLessThan(1e-6);
  });

  it('with gradients of towers held back', async () => {
    const balancer = gradientModulation({ inputs: ['left', 'right'], head: 'kind', noise: false });
    const heads = { kind: classify({ classes: 3 }) };
    const objectives = { ...contrast, kind: crossEntropy({ head: 'kind' }) };
    await expectEqual({ inputs: three(), fusion: late(), heads, objectives, balancer }, [3]);
  });

  it('with low-rank weights', async () => {
    const train = { steps: 1, lora: [{ weights: 'left/*', rank: 2 }] };
    await expectEqual({ inputs: three(), objectives: contrast, train }, [3]);
  });
});

describe('accumulated batches', () => {
  const parts = [samples.slice(0, 3), samples.slice(3)];

  it('with cached gradients are one large batch to losses that compare samples; without they are not', async () => {
    const model = await testModel(project({ inputs: three(), objectives: { ...contrast, ...alone } }));
    const large = await find(model, [samples], { together: false });
    const joined = await find(model, parts, { together: true });
    expect(difference(joined.gradients, large.gradients)).toBeLessThan(1e-6);
    expect(joined.left).toBe(0);
    const cut = await find(model, parts, { together: true, microbatch: 2 });
    expect(difference(cut.gradients, large.gradients)).toBeLessThan(1e-6);
    const apart = await find(model, parts, { together: false });
    expect(difference(apart.gradients, large.gradients)).toBeGreaterThan(1e-2);
    const apartCut = await find(model, parts, { together: false, microbatch: 2 });
    expect(difference(apartCut.gradients, apart.gradients)).toBeLessThan(1e-6);
  });

  it('an objective that reads fused tokens still sees each microbatch alone', async () => {
    const objectives = { match: matching({ pair: ['left', 'right'] }) };
    const model = await testModel(project({ inputs: three(), fusion: late(), objectives }));
    const [whole, cut] = [
      await find(model, [samples], { together: false }),
      await find(model, [samples], { together: false, microbatch: 4 }),
    ];
    expect(difference(cut.gradients, whole.gradients)).toBeGreaterThan(1e-2);
  });
});
