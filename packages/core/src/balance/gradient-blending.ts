import { BALANCER, type Balancer, CONTRACT, definePlugin, type ReviewedLosses } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { weightedSum } from './weighted-sum.js';

const ID = '@modalkit/core/gradientBlending';
const schema = z.strictObject({
  /** Epochs between two looks at the losses (a super-epoch). */
  epochs: z.number().gt(0).default(1),
  /** Samples of each split that losses are measured on. */
  samples: z.int().min(1).default(512),
  /** Held-out split to measure on: not the one that results are reported of. `train.evaluationSplit` when left out. */
  split: z.string().optional(),
  /** Overfitting below this much loss counts as this much: what differs by less is noise. */
  margin: z.number().gt(0).default(0.02),
});

/** Factors stay above this, so that an objective can come back. */
const LEAST = 0.05;

/**
 * Gradient blending (Wang, Tran and Feiszli 2020): objectives that generalise count more than those that overfit. Give each input a
 * head and an objective of its own beside the fused one. Between two looks at the mean losses, T in training and V held out,
 *
 *   G = V - V',  O = (V' - T') - (V - T),  factor f ~ G / O^2,  all f together as many as there are objectives.
 *
 * That is the blend of least overfitting-to-generalisation ratio squared. G below 0 counts as 0, |O| below `margin` as `margin`;
 * where nothing generalises the factors stay. This is the online form, measured on the run itself: no tower is trained apart. The
 * factors, T and V are `objectives/balancer/factors`, `trained` and `heldOut`. Costs a pass forward over the samples, no more in the step.
 */
export const gradientBlending = definePlugin((options: z.input<typeof schema> = {}) => {
  const parsed = parseOptions(schema, options, ID);
  const { epochs, samples, split, margin } = parsed;
  const balancer: Balancer = {
    id: ID,
    options: parsed,
    init({ length }, context) {
      context.weight('factors', [length], { kind: 'ones' }, { trainable: false });
      for (const name of ['trained', 'heldOut'])
        context.weight(name, [length], { kind: 'constant', value: UNKNOWN }, { trainable: false });
    },
    total: (losses, context) => weightedSum(context.tf, losses, context.weight('factors')),
    review: {
      epochs,
      samples,
      split,
      next(losses, own, objectives) {
        const before = { trained: Array.from(own.trained!), heldOut: Array.from(own.heldOut!) };
        const factors = blend(before, losses, Array.from(own.factors!), margin);
        const kept = (now: readonly number[], then: readonly number[]) =>
          Float32Array.from(now, (loss, index) => (Number.isFinite(loss) ? loss : then[index]!));
        return {
          state: {
            factors: Float32Array.from(factors),
            trained: kept(losses.trained, before.trained),
            heldOut: kept(losses.heldOut, before.heldOut),
          },
          sentence: `objectives are blended by ${objectives.map((name, index) => `${name} ${factors[index]!.toFixed(2)}`).join(', ')}.`,
        };
      },
    },
  };
  return { id: ID, contract: CONTRACT, setup: (scope) => scope.provide(BALANCER, () => balancer) };
});

/** A loss that has not been measured. */
const UNKNOWN = -1e30;

/**
 * New factors from the losses then and now; an objective that has none, or none yet, keeps its factor.
 * @param factors those in use
 */
export function blend(
  then: ReviewedLosses,
  now: ReviewedLosses,
  factors: readonly number[],
  margin: number,
): readonly number[] {
  const ratios = factors.map((_, index) => {
    const [trained, heldOut] = [then.trained[index]!, then.heldOut[index]!];
    const known = trained > UNKNOWN / 2 && heldOut > UNKNOWN / 2;
    const gained = heldOut - now.heldOut[index]!;
    const overfitted = now.heldOut[index]! - now.trained[index]! - (heldOut - trained);
    return known ? Math.max(gained, 0) / Math.max(Math.abs(overfitted), margin) ** 2 : Number.NaN;
  });
  const measured = ratios.filter((ratio) => Number.isFinite(ratio));
  const sum = measured.reduce((a, b) => a + b, 0);
  if (sum === 0) return factors;
  // Those that were not measured keep theirs; the others share what theirs came to.
  const shared = factors.filter((_, index) => Number.isFinite(ratios[index]!)).reduce((a, b) => a + b, 0);
  const fresh = factors.map((factor, index) =>
    Number.isFinite(ratios[index]!) ? Math.max((shared * ratios[index]!) / sum, LEAST) : factor,
  );
  const all = fresh.reduce((a, b) => a + b, 0);
  return fresh.map((factor) => (factor * factors.length) / all);
}
