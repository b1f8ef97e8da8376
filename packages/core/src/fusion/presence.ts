import type { FusionInput, InitContext, StepContext, Tensor } from '@modalkit/contract';
import { zeroInvalid } from '@modalkit/toolkit';
import { boxCentres } from '../align/box-centres.js';
import type { Part } from './part.js';
import type { Places } from './position-bias.js';
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
 * @param kept `timed`: keep the tokens' times, where they carry any, and `placed`: where they are; the absence token is of no time
 *   and in no place
 */
export function withAbsence(
  context: StepContext,
  input: FusionInput,
  { timed = false, placed = false }: { readonly timed?: boolean; readonly placed?: boolean } = {},
): Part {
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
  const places = placed ? placesOf(context, input) : undefined;
  return { name: input.name, values, valid: tf.concat([absent, valid], 1), time, places };
}

/** Centres of the tokens' boxes behind an absence token without a place; undefined where they carry none. */
function placesOf({ tf }: StepContext, { position: { box } }: FusionInput): Places | undefined {
  if (!box) return undefined;
  const [batch, tokens] = box.shape as [number, number, number];
  return {
    centres: tf.pad(boxCentres(tf, box), [
      [0, 0],
      [1, 0],
      [0, 0],
    ]),
    placed: tf.concat([tf.zeros([batch, 1]), tf.ones([batch, tokens])], 1),
  };
}

/** An input's pooled vector, or the absence token's where the sample lacks it, `[B,D]`. */
export function pooledOrAbsent(context: StepContext, input: FusionInput): Tensor {
  const { tf } = context;
  const absent = tf.cast(presence(context, input).absent, 'float32');
  return tf.add(tf.mul(input.pooled, tf.sub(1, absent)), tf.mul(context.weight(`absent/${input.name}`), absent));
}
