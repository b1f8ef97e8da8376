import { CONTRACT, definePlugin, FUSION, type Fusion } from '@modalkit/contract';
import { feedForward, initFeedForward, initLayerNorm, layerNorm, parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { checkJoined } from './check-fusion.js';
import { joinOptions } from './fusion-options.js';
import { initAbsence, pooledOrAbsent } from './presence.js';

const ID = '@modalkit/core/late';
/** Name of the one token that it makes. */
const JOINT = 'joint';
const schema = z.strictObject({
  ...joinOptions,
  /** Width of the hidden layer; four times the space's when left out. */
  hidden: z.int().min(1).max(65536).optional(),
});

export type LateOptions = z.input<typeof schema>;

/**
 * Late fusion: the inputs stay apart until their pooled vectors `[B,D]` are concatenated, normalised and passed
 * through a two-layer perceptron into one token `[B,1,D]`, whose span is `joint`. A missing input's place is taken by
 * its absence token.
 */
export const late = definePlugin((options: LateOptions = {}) => {
  const parsed = parseOptions(schema, options, ID);
  return { id: ID, contract: CONTRACT, setup: (scope) => scope.provide(FUSION, () => lateFusion(parsed)) };
});

function lateFusion(options: z.output<typeof schema>): Fusion {
  return {
    id: ID,
    options,
    inputs: options.inputs,
    init(inputs, context) {
      const { width } = context.space;
      checkJoined(ID, inputs);
      for (const input of inputs) initAbsence(context, input);
      initLayerNorm(context, 'norm', inputs.length * width);
      initFeedForward(context, 'mlp', inputs.length * width, options.hidden ?? 4 * width, width);
    },
    fuse(inputs, context) {
      const { tf } = context;
      const vectors = tf.concat(
        inputs.map((input) => pooledOrAbsent(context, input)),
        1,
      );
      const pooled = feedForward(context, 'mlp', layerNorm(context, 'norm', vectors));
      const valid = tf.cast(tf.fill([vectors.shape[0]!, 1], 1), 'bool');
      return { values: tf.expandDims(pooled, 1), valid, spans: { [JOINT]: { start: 0, end: 1 } }, pooled };
    },
  };
}
