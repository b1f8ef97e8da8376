import { BALANCER, type Balancer, CONTRACT, definePlugin, type Tensor, type Tf } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { weightedSum } from './weighted-sum.js';

const ID = '@modalkit/core/gradientModulation';
const schema = z.strictObject({
  /** Inputs whose towers are held back when they lead. */
  inputs: z
    .array(z.string())
    .min(2)
    .refine((inputs) => new Set(inputs).size === inputs.length, 'each input is named once'),
  /** Classification head that tells how much each input knows. */
  head: z.string(),
  /** Column of the class; the head's name when left out. */
  target: z.string().optional(),
  /** How strongly a leading input is held back. */
  alpha: z.number().gt(0).max(10).default(0.5),
  /** Adds noise as large as the gradient's own deviation to these towers' gradients (generalisation enhancement). */
  noise: z.boolean().default(true),
});

/**
 * On-the-fly gradient modulation with generalisation enhancement (OGM-GE, Peng et al. 2022), for N inputs: with s_u the
 * probability of the right class from input u alone, summed over the samples that have all of the inputs, and
 *
 *   rho_u = s_u / mean over the others of s_v,   k_u = 1 - tanh(alpha rho_u) where rho_u > 1, else 1,
 *
 * the gradient of input u's own weights becomes k_u g + n, n from N(0, std(g)^2) for each weight. With two inputs rho is the
 * paper's. The head is asked once more for each input, without gradients.
 */
export const gradientModulation = definePlugin((options: z.input<typeof schema>) => {
  const parsed = parseOptions(schema, options, ID);
  const { inputs, head, target = head, alpha, noise } = parsed;
  const balancer: Balancer = {
    id: ID,
    options: parsed,
    inputs,
    heads: [head],
    targets: [target],
    total: (losses, { tf }) => weightedSum(tf, losses),
    observe(view, { tf }) {
      const { values, valid } = view.targets[target]!;
      const present = inputs.map((input) => view.inputs[input]!.present);
      const counted = tf.cast(
        present.reduce((a, b) => tf.logicalAnd(a, b), valid),
        'float32',
      );
      const score = (input: string) => {
        const logits = view.from([input], [head])[`${head}/logits`]!;
        const own = tf.cast(tf.oneHot(values as never, logits.shape[1]!), 'float32');
        return tf.sum(tf.mul(tf.sum(tf.mul(tf.softmax(logits), own), 1), counted)) as Tensor;
      };
      return Object.fromEntries(inputs.map((input) => [input, score(input)]));
    },
    modulate(scores, { tf }) {
      const scales = tf.unstack(modulationScales(tf, tf.stack(inputs.map((input) => scores[input]!)), alpha));
      const shaken = tf.scalar(Number(noise));
      return Object.fromEntries(inputs.map((input, index) => [input, { scale: scales[index]!, noise: shaken }]));
    },
  };
  return { id: ID, contract: CONTRACT, setup: (scope) => scope.provide(BALANCER, () => balancer) };
});

/** Scores `[N]` -> k `[N]`. */
export function modulationScales(tf: Tf, scores: Tensor, alpha: number): Tensor {
  const others = tf.div(tf.sub(tf.sum(scores), scores), scores.shape[0]! - 1);
  const lead = tf.divNoNan(scores, others);
  return tf.where(tf.greater(lead, 1), tf.sub(1, tf.tanh(tf.mul(lead, alpha))), tf.onesLike(lead));
}
