import { definePlugin } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { numberTarget } from './number-target.js';
import { pooledHead, pooledOptions } from './pooled-head.js';

const ID = '@modalkit/core/regress';
const schema = z.strictObject({
  /** Numbers of each sample. */
  width: z.int().min(1).max(65536).default(1),
  /** Mean and standard deviation of the numbers, about: the head predicts deviations from the mean, of the order of 1. */
  mean: z.number().default(0),
  deviation: z.number().positive().default(1),
  ...pooledOptions,
});

export type RegressOptions = z.input<typeof schema>;

/**
 * Predicts numbers from the fused vector, or one input's pooled vector, `[B,D]` -> outputs `standard [B,width]` in deviations
 * from the mean, which `squaredError` and `huber` train, and `values [B,width]` in the column's own unit. It reads a number,
 * or a list of `width` numbers, from the column `target`, which is the head's own name when left out.
 */
export const regress = definePlugin((options: RegressOptions = {}) => {
  const parsed = parseOptions(schema, options, ID);
  const { width, mean, deviation } = parsed;
  return pooledHead(ID, parsed, {
    spec: numberTarget(width, parsed),
    width,
    outputs: (standard, { tf }) => ({ standard, values: tf.add(tf.mul(standard, deviation), mean) }),
  });
});
