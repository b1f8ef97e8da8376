import { CONTRACT, definePlugin, HEAD } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { choiceOption } from '../decode/choice-option.js';
import { decoderHead } from './decoder-head.js';

export const DECODER_ID = '@modalkit/core/decoder';
const schema = z
  .strictObject({
    /** Input whose tokens are written: its adapter's `target` is of kind classes. */
    input: z.string(),
    /** `fused`, or an input whose tokens are read in place of the fused ones. */
    from: z.string().default('fused'),
    layers: z.int().min(1).max(256).default(2),
    heads: z.int().min(1).max(256).default(4),
    /** Most tokens that are written and learnt, the end included. */
    maxTokens: z.int().min(1).max(65_536).default(64),
    /** `shared`: the input's own table, both to read a class and to score it; `free`: a table of the decoder's own. */
    embedding: z.enum(['shared', 'free']).default('shared'),
    /** How tokens are chosen: `greedy`, `{ topP: 0.9 }` or `{ beam: 4 }`. */
    choice: choiceOption.default('greedy'),
  })
  .refine(({ input, from }) => input !== from, {
    path: ['from'],
    error: 'is the input that is written; name another or `fused`',
  });

export type DecoderOptions = z.input<typeof schema>;
export type DecoderSettings = z.output<typeof schema>;

/**
 * A causal transformer decoder (Vaswani et al. 2017) over the fused tokens, or one input's, that writes the tokens of an input:
 * answers, captions. `captioning` teaches it by the input's samples (teacher forcing), `exactMatch` measures what it writes.
 * Outputs, for each token that is to be written given those before it, `[B,T]`: `costs`, -ln p of it; `evenCosts`, the mean of
 * -ln p over all classes; `counted`, 1 where there is one; `right`, 1 where it is the likeliest.
 * @throws ModalkitError COMPOSE when the fusion that it reads joins the input that it writes
 */
export const decoder = definePlugin((options: DecoderOptions) => {
  const parsed = parseOptions(schema, options, DECODER_ID);
  return {
    id: DECODER_ID,
    contract: CONTRACT,
    setup: (scope) => scope.provide(HEAD, () => decoderHead(DECODER_ID, parsed)),
  };
});
