import type { Adapter, InitContext, Space, StepContext } from '@modalkit/contract';
import { initLinear, linear, zeroInvalid } from '@modalkit/toolkit';

/** Name of the layer among the input's weights. */
export const REALIGN = 'realign';

/**
 * An adapter that was aligned to another joint space, followed by a linear layer into the project's. What it wrote or predicted
 * was of its own space: it has no `target` any more.
 */
export function realigned(adapter: Adapter, own: Space): Adapter {
  const changed: Partial<Adapter> = {
    init: (context) => {
      adapter.init(inSpace(own, context));
      initLinear(context, REALIGN, own.width, context.space.width);
    },
    mask: (layout, policy, context) => adapter.mask(layout, policy, inSpace(own, context)),
    encode: (arrays, step, context) => adapter.encode(arrays, step, inSpace(own, context)),
    align: (tokens, _, context) => {
      const { tf } = context;
      const aligned = adapter.align(tokens, own, inSpace(own, context));
      const values = zeroInvalid(tf, linear(context, REALIGN, aligned.values), aligned.valid);
      const present = tf.cast(tf.any(aligned.valid, 1, true), 'float32');
      return { ...aligned, values, pooled: tf.mul(linear(context, REALIGN, aligned.pooled), present) };
    },
    target: undefined,
    decode: undefined,
  };
  // the rest, methods of a class among it, stays the adapter's own
  return Object.create(adapter, Object.getOwnPropertyDescriptors(changed)) as Adapter;
}

function inSpace<Context extends InitContext | StepContext>(space: Space, context: Context): Context {
  return { ...context, space, scope: (name: string) => inSpace(space, context.scope(name)) };
}
