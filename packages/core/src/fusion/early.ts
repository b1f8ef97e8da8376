import { CONTRACT, definePlugin, FUSION, type Fusion } from '@modalkit/contract';
import { initTransformer, parseOptions, transformer } from '@modalkit/toolkit';
import { z } from 'zod';
import { checkHeads, checkJoined } from './check-fusion.js';
import { blockOptions } from './fusion-options.js';
import { joinParts, toFused } from './part.js';
import { initAbsence, initType, withAbsence } from './presence.js';
import { checkTimed, timeSliceBias } from './time-slice.js';

const ID = '@modalkit/core/early';
const schema = z.strictObject(blockOptions);

export type EarlyOptions = z.input<typeof schema>;

/**
 * Early fusion: the tokens of all inputs in one sequence, through one transformer (single-stream, as in VisualBERT,
 * Li et al. 2019). Each input's span begins with its absence token. With `timeSlice` a token attends only to what is
 * near it in time.
 * @throws ModalkitError COMPOSE when the heads do not divide the space's width
 */
export const early = definePlugin((options: EarlyOptions = {}) => {
  const parsed = parseOptions(schema, options, ID);
  return { id: ID, contract: CONTRACT, setup: (scope) => scope.provide(FUSION, () => earlyFusion(parsed)) };
});

function earlyFusion(options: z.output<typeof schema>): Fusion {
  const { layers, heads, timeSlice } = options;
  return {
    id: ID,
    options,
    inputs: options.inputs,
    window: options.window,
    init(inputs, context) {
      checkJoined(ID, inputs);
      checkHeads(ID, context.space.width, heads);
      for (const input of inputs) {
        initAbsence(context, input);
        initType(context, input);
      }
      initTransformer(context, 'transformer', context.space.width, layers);
    },
    fuse(inputs, context) {
      const { tf } = context;
      const parts = inputs.map((input) => withAbsence(context, input, { timed: timeSlice !== undefined }));
      checkTimed(ID, timeSlice, parts);
      const joined = joinParts(tf, parts);
      const bias = timeSliceBias(tf, joined.time, joined.time, timeSlice);
      const values = transformer(context, 'transformer', joined.values, layers, { heads, valid: joined.valid, bias });
      return toFused(tf, { ...joined, values });
    },
  };
}
