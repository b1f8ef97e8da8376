import { definePlugin, type Tensor, type Tf } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { sampleLoss, sampleLossOptions } from './sample-loss.js';

const ID = '@modalkit/core/huber';
const schema = z.strictObject({
  ...sampleLossOptions,
  /** Errors beyond it, in the head's deviations, cost in proportion to their size. */
  delta: z.number().positive().default(1),
});

export type HuberOptions = z.input<typeof schema>;

/** Huber's loss (Huber 1964) of a `regress` head: e^2 / 2 where |e| <= delta, delta (|e| - delta / 2) beyond. */
export const huber = definePlugin((options: HuberOptions) => {
  const parsed = parseOptions(schema, options, ID);
  return sampleLoss(ID, parsed, {
    output: 'standard',
    heads: 'a `regress` head',
    costs: (tf, predicted, values) => tf.mean(huberCost(tf, tf.sub(predicted, values), parsed.delta), 1),
  });
});

/** With c = min(|e|, delta) both pieces are c (|e| - c / 2). */
function huberCost(tf: Tf, errors: Tensor, delta: number): Tensor {
  const size = tf.abs(errors);
  const near = tf.minimum(size, delta);
  return tf.mul(near, tf.sub(size, tf.mul(near, 0.5)));
}
