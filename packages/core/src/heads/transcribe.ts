import { definePlugin, type FusedView, type Head, ModalkitError, type Tensor, type Tf } from '@modalkit/contract';
import { feedForward, initFeedForward, initLinear, linear, parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { classListTarget } from './class-list-target.js';
import { classesOption, classNames } from './class-names.js';
import { targetedHead } from './targeted-head.js';

const ID = '@modalkit/core/transcribe';
const schema = z.strictObject({
  classes: classesOption,
  /** Most classes in one sample's list. */
  maxLength: z.int().min(1).max(1024),
  /** Input whose tokens are read; with `fused` the span of that name in the fused sequence. */
  from: z.string(),
  fused: z.boolean().default(false),
  /** Column of the list of classes; the head's own name when left out. */
  target: z.string().optional(),
  /** Width of a hidden layer; a single linear layer when left out. */
  hidden: z.int().min(1).max(65536).optional(),
});

export type TranscribeOptions = z.input<typeof schema>;
type Settings = z.output<typeof schema>;

/**
 * Says of every token which class it belongs to or that it belongs to none, for `ctc` to train and `wordErrorRate` to
 * read: outputs `tokenLogits [B,T,classes + 1]`, where 0 is the blank and class i is 1 + i, `valid [B,T]`, the tokens
 * that count, and `time [B,T,2]`, where each starts and ends in seconds: zeros where that is not known, as in a fused
 * sequence. It reads a list of classes from the column `target`, which is the head's own name when left out.
 */
export const transcribe = definePlugin((options: TranscribeOptions) => {
  const parsed = parseOptions(schema, options, ID);
  return targetedHead(ID, parsed, transcribeHead);
});

function transcribeHead(options: Settings & { readonly target: string }): Head {
  const { classes, maxLength, from, fused, hidden } = options;
  const names = classNames(classes);
  const outputs = names.length + 1;
  return {
    id: ID,
    options,
    targets: { [options.target]: classListTarget(names, maxLength) },
    needsFusion: fused,
    inputs: fused ? undefined : [from],
    init(context) {
      const { width } = context.space;
      if (hidden) initFeedForward(context, 'mlp', width, hidden, outputs);
      else initLinear(context, 'linear', width, outputs);
    },
    predict(view, context) {
      const { values, valid, time } = fused ? spanOf(context.tf, view, from) : tokensOf(context.tf, view, from);
      const tokenLogits = hidden ? feedForward(context, 'mlp', values) : linear(context, 'linear', values);
      return { tokenLogits, valid, time: timeOf(context.tf, valid, time) };
    },
  };
}

interface TokenRun {
  readonly values: Tensor;
  readonly valid: Tensor;
  readonly time?: Tensor;
}

/** Of the tokens that count; `[B,T,2]`. */
function timeOf(tf: Tf, valid: Tensor, time: Tensor | undefined): Tensor {
  const counts = tf.expandDims(tf.cast(valid, 'float32'), 2);
  const both = tf.concat([counts, counts], 2);
  return time ? tf.mul(time, both) : tf.zerosLike(both);
}

function tokensOf(tf: Tf, { inputs }: FusedView, name: string): TokenRun {
  const { values, valid, present, position } = inputs[name]!;
  return { values, valid: tf.logicalAnd(valid, tf.expandDims(present, 1)), time: position.time };
}

/** An input's span counts where the sample has the input: what stands for a missing one says nothing of its classes. */
function spanOf(tf: Tf, { fused, inputs }: FusedView, name: string): TokenRun {
  const span = fused!.spans[name];
  if (!span) {
    throw new ModalkitError(
      'COMPOSE',
      `${ID}: from names the span "${name}", which the fused tokens have not; their spans are ${Object.keys(fused!.spans).join(', ')}.`,
    );
  }
  const [batch, , width] = fused!.values.shape as [number, number, number];
  const tokens = span.end - span.start;
  const valid = tf.slice(fused!.valid, [0, span.start], [batch, tokens]);
  return {
    values: tf.slice(fused!.values, [0, span.start, 0], [batch, tokens, width]),
    valid: inputs[name] ? tf.logicalAnd(valid, tf.expandDims(inputs[name].present, 1)) : valid,
  };
}
