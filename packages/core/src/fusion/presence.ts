import type { FusionInput, InitContext, StepContext, Tensor } from '@modalkit/contract';
import { zeroInvalid } from '@modalkit/toolkit';
import type { Part } from './part.js';
import { timeless } from './time-slice.js';

/** Declares `absent/<input>`: the learnt token that stands for a missing input. */
export function initAbsence(context: InitContext, input: string): void {
  context.weight(`absent/${input}`, [1, context.space.width], { kind: 'normal', std: 0.02 });
}

/** Declares `type/<input>`, which is added to every token of the input, the absence token too (segment embedding, Devlin et al. 2019). */
export function initType(context: InitContext, input: string): void {
  context.weight(`type/${input}`, [1, context.space.width], { kind: 'normal', std: 0.02 });
}

/** Valid tokens `[B,T]`, and `[B,1]` where the sample has none. */
function presence({ tf }: StepContext, { valid, present }: FusionInput): { valid: Tensor; absent: Tensor } {
  const real = tf.logicalAnd(valid, tf.expandDims(present, 1));
  return { valid: real, absent: tf.logicalNot(tf.any(real, 1, true)) };
}

/**
 * An input's tokens with its absence token before them, `[B,1+T,D]`: that one is valid exactly where no other is.
 * @param timed keep the tokens' times, where they carry any; the absence token is of no time
 */
export function withAbsence(context: StepContext, input: FusionInput, timed = false): Part {
  const { tf } = context;
  const { valid, absent } = presence(context, input);
  const type = context.weight(`type/${input.name}`);
  const token = tf.add(context.weight(`absent/${input.name}`), type);
  const values = tf.concat(
    [tf.mul(token, tf.expandDims(tf.cast(absent, 'float32'), 2)), zeroInvalid(tf, tf.add(input.values, type), valid)],
    1,
  );
  const own = timed ? input.position.time : undefined;
  const time = own && tf.concat([timeless(tf, own.shape[0]!, 1), own], 1);
  return { name: input.name, values, valid: tf.concat([absent, valid], 1), time };
}

/** An input's pooled vector, or the absence token's where the sample lacks it, `[B,D]`. */
export function pooledOrAbsent(context: StepContext, input: FusionInput): Tensor {
  const { tf } = context;
  const absent = tf.cast(presence(context, input).absent, 'float32');
  return tf.add(tf.mul(input.pooled, tf.sub(1, absent)), tf.mul(context.weight(`absent/${input.name}`), absent));
}
