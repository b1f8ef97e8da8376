import { z } from 'zod';

const pattern = z.string().min(1);

/** The `train` part of a config. Patterns match weight names, `*` any part of one: `picture/*`, `*\/bias`. */
export const trainOptions = z.strictObject({
  /** Optimiser steps of the whole run. */
  steps: z.int().min(1),
  optimiser: z
    .discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('adamw'),
        beta1: z.number().min(0).lt(1).default(0.9),
        beta2: z.number().min(0).lt(1).default(0.98),
        epsilon: z.number().gt(0).default(1e-6),
        weightDecay: z.number().min(0).default(0.1),
      }),
      z.strictObject({
        kind: z.literal('sgd'),
        momentum: z.number().min(0).lt(1).default(0.9),
        weightDecay: z.number().min(0).default(0),
      }),
    ])
    .prefault({ kind: 'adamw' }),
  learningRate: z.number().gt(0).default(1e-3),
  schedule: z.enum(['cosine', 'linear', 'constant']).default('cosine'),
  /** Steps of linear warm-up from 0. */
  warmUp: z.int().min(0).default(0),
  /** Largest global norm of the gradient; false for no clipping. */
  clip: z.union([z.number().gt(0), z.literal(false)]).default(1),
  /** Batches whose gradients make one step. */
  accumulate: z.int().min(1).default(1),
  /** Decay of the exponential moving average of the weights that evaluation then uses; false for none. */
  average: z.union([z.number().gt(0).lt(1), z.literal(false)]).default(false),
  /** Learning rate factors by pattern; the last that matches counts. */
  learningRates: z.record(pattern, z.number().min(0)).default({}),
  /** How likely the fusion is not given an input that a sample has (modality dropout); objectives between inputs still are. */
  inputDropout: z.number().min(0).lt(1).default(0),
  /** Patterns of weights that are not trained. */
  freeze: z.array(pattern).default([]),
  /** Steps between checkpoints. */
  saveEvery: z.int().min(1).default(200),
  /** Checkpoints kept, at least 2. */
  keep: z.int().min(2).default(3),
  /** Steps between evaluations; false for one at the end only. */
  evaluateEvery: z.union([z.int().min(1), z.literal(false)]).default(false),
  /** Run operation by operation even where the backend can capture the step as one graph. */
  eager: z.boolean().default(false),
  /** Splits to train on and to evaluate. */
  split: z.string().default('train'),
  evaluationSplit: z.string().default('test'),
});

export type TrainOptions = z.output<typeof trainOptions>;
