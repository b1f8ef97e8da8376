import {
  CONTRACT,
  definePlugin,
  FUSION,
  type Fusion,
  type FusionInput,
  type StepContext,
  type Tensor,
} from '@modalkit/contract';
import { initLinear, linear, parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { name, version } from '../package.json';

const optionsSchema = z.strictObject({
  /** Inputs that it joins; all of them when left out. */
  inputs: z.array(z.string().min(1)).min(2).optional(),
});

export type __modality__FusionOptions = z.input<typeof optionsSchema>;

/**
 * Joins the pooled vectors `[batch, width]` of the inputs into one token, each weighted by a gate that is learnt (gated
 * multimodal units, Arevalo et al. 2017).
 * @throws ModalkitError OPTIONS that names each wrong option
 */
export const __modality__Fusion = definePlugin((options: __modality__FusionOptions = {}) => {
  const parsed = parseOptions(optionsSchema, options, name);
  return {
    id: name,
    contract: CONTRACT,
    version,
    setup: (scope) => scope.provide(FUSION, () => fusionOf(parsed)),
  };
});

function fusionOf(options: z.output<typeof optionsSchema>): Fusion {
  return {
    id: name,
    options,
    inputs: options.inputs,
    init(inputs, context) {
      for (const input of inputs) {
        initLinear(context, `value/${input}`, context.space.width, context.space.width);
        initLinear(context, `gate/${input}`, context.space.width, 1);
      }
    },
    fuse(inputs, context) {
      const { tf } = context;
      const pooled = tf.addN(inputs.map((input) => gated(context, input)));
      const valid = tf.cast(tf.fill([pooled.shape[0]!, 1], 1), 'bool');
      return { values: tf.expandDims(pooled, 1), valid, spans: { joint: { start: 0, end: 1 } }, pooled };
    },
  };
}

/** sigmoid(gate) * tanh(value), `[batch, width]`; zeros where the sample lacks the input. */
function gated(context: StepContext, { name: input, pooled, present }: FusionInput): Tensor {
  const { tf } = context;
  const value = tf.tanh(linear(context, `value/${input}`, pooled));
  const gate = tf.sigmoid(linear(context, `gate/${input}`, pooled));
  return tf.mul(tf.mul(gate, value), tf.expandDims(tf.cast(present, 'float32'), 1));
}
