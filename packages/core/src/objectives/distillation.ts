import {
  CONTRACT,
  definePlugin,
  type InitContext,
  type ModelView,
  OBJECTIVE,
  type Objective,
  type StepContext,
  type Tensor,
  type Tf,
} from '@modalkit/contract';
import { initLinear, l2Normalise, linear, parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { countedTerm } from './counted-term.js';
import { stopGradient } from './stop-gradient.js';
import { targetOf } from './target-of.js';
import { vectorTarget } from './vector-target.js';

const ID = '@modalkit/core/distillation';
const FUSED = 'fused';
const schema = z
  .strictObject({
    /** The student: `fused`, or the input whose pooled vector learns. */
    from: z.string(),
    /** The teacher: a column of vectors of `width` numbers … */
    target: z.string().optional(),
    width: z.int().min(1).max(65536).optional(),
    /** … or an input whose pooled vector is learnt from and is not changed by it. */
    teacher: z.string().optional(),
    loss: z.enum(['cosine', 'mse']).default('cosine'),
    weight: z.number().min(0).default(1),
  })
  .refine(
    ({ target, width, teacher }) => (target !== undefined && width !== undefined) !== (teacher !== undefined),
    'name the teacher: `target` and its `width`, or `teacher`, an input',
  )
  .refine(({ from, teacher }) => from !== teacher, 'teacher: an input cannot be its own teacher');

export type DistillationOptions = z.input<typeof schema>;
type Settings = z.output<typeof schema>;

/**
 * Distillation from a teacher's embedding t: a student's pooled vector, through the linear layer `project` (a regressor, as
 * FitNets, Romero et al. 2015), becomes s of the teacher's width w. One term named after the student, over the samples that have
 * both,
 *
 *   cosine: 1 - s.t / (|s| |t|), or mse: mean_k (s_k - t_k)^2.
 *
 * The teacher is a column, made once by whatever model; or an input, through which no gradient of this objective passes. Freeze
 * that one (`train.freeze: ['teacher/*']`) unless another objective trains it.
 */
export const distillation = definePlugin((options: DistillationOptions) => {
  const parsed = parseOptions(schema, options, ID);
  return {
    id: ID,
    contract: CONTRACT,
    setup: (scope) => scope.provide(OBJECTIVE, () => distillationObjective(parsed)),
  };
});

function distillationObjective(options: Settings): Objective {
  const { from, target, teacher, width, loss, weight } = options;
  return {
    id: ID,
    options,
    weight,
    inputs: [from, teacher].filter((name) => name !== undefined && name !== FUSED) as string[],
    needsFusion: from === FUSED,
    targets: target === undefined ? {} : { [target]: vectorTarget(width!) },
    acrossBatch: false,
    init: (context: InitContext) => initLinear(context, 'project', context.space.width, width ?? context.space.width),
    terms(view, context) {
      const { tf } = context;
      const taught = studentOf(context, view, from);
      const known = teacherOf(tf, view, options);
      const both = tf.cast(tf.logicalAnd(taught.there, known.there), 'float32');
      const distance = loss === 'cosine' ? cosineDistance : meanSquare;
      const losses = distance(tf, linear(context, 'project', taught.vectors), known.vectors);
      return { [from]: countedTerm(tf, losses, both) };
    },
  };
}

interface Vectors {
  /** `[B,width]`. */
  readonly vectors: Tensor;
  /** `[B]` bool. */
  readonly there: Tensor;
}

function studentOf({ tf }: StepContext, { inputs, fused }: ModelView, from: string): Vectors {
  if (from === FUSED) return { vectors: fused!.pooled, there: tf.any(fused!.valid, 1) };
  return { vectors: inputs[from]!.pooled, there: inputs[from]!.present };
}

function teacherOf(tf: Tf, view: ModelView, { target, teacher }: Settings): Vectors {
  if (teacher !== undefined) {
    const { pooled, present } = view.inputs[teacher]!;
    return { vectors: stopGradient(tf, pooled), there: present };
  }
  const { values, valid } = targetOf(ID, view, target!);
  return { vectors: values, there: valid };
}

function cosineDistance(tf: Tf, a: Tensor, b: Tensor): Tensor {
  return tf.sub(1, tf.sum(tf.mul(l2Normalise(tf, a), l2Normalise(tf, b)), 1));
}

function meanSquare(tf: Tf, a: Tensor, b: Tensor): Tensor {
  return tf.mean(tf.square(tf.sub(a, b)), 1);
}
