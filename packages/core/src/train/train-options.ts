import { z } from 'zod';
import { contributionOptions } from '../contribution/contribution-options.js';
import type { Stretch } from './moments.js';

const pattern = z.string().min(1);

/** A step, or an evaluation whose metric first comes to a value. */
const moment = z.union([
  z.int().min(1),
  z.strictObject({ metric: z.string(), above: z.number() }),
  z.strictObject({ metric: z.string(), below: z.number() }),
]);

/** When something in a run happens: steps are counted from 0. */
export type Moment = z.output<typeof moment>;

/** The `train` part of a config. Patterns match weight names, `*` any part of one: `picture/*`, `*\/bias`. */
const fields = z.strictObject({
  /** Optimiser steps of the whole run; 0 for none: what measures does so, and the run is evaluated. */
  steps: z.int().min(0),
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
  /**
   * Samples that go through the model at once; whole batches when left out. A batch of more is cut, with the gradient of the whole.
   */
  microbatch: z.int().min(1).optional(),
  /** Objectives that compare samples compare those of all `accumulate` batches of a step (GradCache), not of each batch alone. */
  cachedGradients: z.boolean().default(false),
  /** Decay of the exponential moving average of the weights that evaluation then uses; false for none. */
  average: z.union([z.number().gt(0).lt(1), z.literal(false)]).default(false),
  /** Learning rate factors by pattern; the last that matches counts. */
  learningRates: z.record(pattern, z.number().min(0)).default({}),
  /** How likely the fusion is not given an input that a sample has (modality dropout); objectives between inputs still are. */
  inputDropout: z.number().min(0).lt(1).default(0),
  /** Weight decay factors by pattern; the last that matches counts. A weight that has no decay of its own keeps none. */
  weightDecays: z.record(pattern, z.number().min(0)).default({}),
  /** Learning rate factor from each layer to the one below it, by pattern of a tower's weights (layer-wise decay). */
  layerDecays: z.record(pattern, z.number().gt(0).max(1)).default({}),
  /** Folder of another run, from the config's folder: its weights of the same names are what this run begins with. */
  from: z.string().min(1).optional(),
  /** Patterns of weights that are not trained: at all, or `from` some moment `until` another. */
  freeze: z
    .array(z.union([pattern, z.strictObject({ weights: pattern, from: moment.optional(), until: moment.optional() })]))
    .default([]),
  /** Memory in MiB for what frozen towers give of the training samples, so that each goes through them once; 0 computes it in every step. */
  keepFrozenMb: z.int().min(0).default(1024),
  /** Which inputs take part when, `from` some moment `until` another; one that no rule names always does. The others are as if absent. */
  curriculum: z
    .array(z.strictObject({ inputs: z.array(z.string()).min(1), from: moment.optional(), until: moment.optional() }))
    .default([]),
  /** Matrices that are frozen and adapted by low-rank ones (LoRA); `alpha / rank` scales what is added, 1 when left out. */
  lora: z
    .array(z.strictObject({ weights: pattern, rank: z.int().min(1), alpha: z.number().gt(0).optional() }))
    .default([]),
  /** Steps between checkpoints. */
  saveEvery: z.int().min(1).default(200),
  /** Checkpoints kept, at least 2. */
  keep: z.int().min(2).default(3),
  /** Steps between evaluations; `'epoch'` for once through the training split, false for one at the end only. */
  evaluateEvery: z.union([z.int().min(1), z.literal('epoch'), z.literal(false)]).default(false),
  /** Keeps the checkpoint of the best evaluation beside the newest ones; it is what is evaluated and asked afterwards. */
  best: z
    .strictObject({
      metric: z.string(),
      better: z.enum(['higher', 'lower']).default('higher'),
      /** By how much an evaluation must be better to count. */
      margin: z.number().min(0).default(0),
      /** Evaluations without a better one after which the run ends. */
      patience: z.int().min(1).optional(),
    })
    .optional(),
  /** Measures what each input contributes to a head at each evaluation and at the end of each epoch. */
  contribution: contributionOptions.optional(),
  /** What is done about losses and gradients that are not finite, and about losses that jump. */
  guards: z
    .strictObject({
      /** Steps in a row that were not finite, and changed nothing, before the weights go back to the last checkpoint. */
      patience: z.int().min(1).default(3),
      /** How often in a row they go back before the run ends. */
      rollbacks: z.int().min(0).default(3),
      /** Robust standard deviations above the running median from which on a loss is reported as a spike; false for never. */
      spike: z.union([z.number().gt(0), z.literal(false)]).default(12),
    })
    .prefault({}),
  /** Run operation by operation even where the backend can capture the step as one graph. */
  eager: z.boolean().default(false),
  /**
   * Columns by which samples of the training split are left out: those stay whose value is one of these, null for samples without
   * one. `{ health: ['normal', null] }` trains on what nobody called faulty. Adapters and heads see no others either.
   */
  only: z.record(z.string(), z.array(z.union([z.string(), z.number(), z.null()])).min(1)).default({}),
  /** Splits to train on and to evaluate. */
  split: z.string().default('train'),
  evaluationSplit: z.string().default('test'),
});

/** The same, with what hangs on evaluations refused where there are none on the way. */
export const trainOptions = fields.superRefine(({ evaluateEvery, best, freeze, curriculum }, context) => {
  if (evaluateEvery) return;
  const byMetric = (rules: readonly (string | Stretch)[]) =>
    rules.some((rule) => typeof rule !== 'string' && [rule.from, rule.until].some(isMetric));
  const waiting = { best: best !== undefined, freeze: byMetric(freeze), curriculum: byMetric(curriculum) };
  for (const [name, used] of Object.entries(waiting))
    if (used)
      context.addIssue({
        code: 'custom',
        path: [name],
        message: "it waits for evaluations, and there is only one at the end; set train.evaluateEvery, such as 'epoch'",
      });
});

function isMetric(moment: Moment | undefined): boolean {
  return typeof moment === 'object';
}

export type TrainOptions = z.output<typeof trainOptions>;
