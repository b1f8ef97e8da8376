import type { BatchTensors, InitContext, StepContext, Tensor, Tokens } from '@modalkit/contract';
import {
  embedding,
  initEmbedding,
  initLinear,
  initTransformer,
  linear,
  transformer,
  zeroInvalid,
} from '@modalkit/toolkit';
import type { ParsedOptions } from './clicks-options.js';
import type { Events } from './session.js';

/** Ids of events, the unknown one among them. */
export const classesOf = ({ events }: Events) => events.length + 1;

/** Declares `events [ids + 1, width]`, whose last row stands for a hidden event, `pause/…` and `encoder/…`. */
export function initEncoder(context: InitContext<Events>, { width, layers }: ParsedOptions): void {
  initEmbedding(context, 'events', classesOf(context.state) + 1, width);
  initLinear(context, 'pause', 1, width);
  initTransformer(context, 'encoder', width, layers);
}

/** One token an event: what happened, how long after the one before, then a transformer. When it happened is no secret: only `ids` is hidden. */
export function encodeSessions(
  arrays: BatchTensors,
  hidden: Tensor,
  context: StepContext<Events>,
  { layers, heads }: ParsedOptions,
): Tokens {
  const { tf } = context;
  const { valid, time, order, ids } = arrays as BatchTensors & { time: Tensor; ids: Tensor };
  const seen = tf.where(hidden, tf.scalar(classesOf(context.state), 'int32'), ids);
  const placed = tf.add(embedding(context, 'events', seen), linear(context, 'pause', pauses(context, time)));
  const mixed = transformer(context, 'encoder', placed, layers, { heads, valid });
  return { values: zeroInvalid(tf, mixed, valid), valid, hidden, target: ids, position: { time, order } };
}

/** log(1 + seconds since the event before), `[batch, token, 1]`; 0 for the first and for padding. */
function pauses({ tf }: StepContext, time: Tensor): Tensor {
  const [batch, tokens] = time.shape as [number, number];
  const start = tf.slice(time, [0, 0, 0], [batch, tokens, 1]);
  const before = tf.concat(
    [tf.slice(start, [0, 0, 0], [batch, 1, 1]), tf.slice(start, [0, 0, 0], [batch, tokens - 1, 1])],
    1,
  );
  return tf.log1p(tf.relu(tf.sub(start, before)));
}
