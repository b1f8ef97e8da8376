import { type Adapter, CONTRACT, type Json } from '@modalkit/contract';
import { hideTokens } from '@modalkit/toolkit';
import { collateIds } from './collate-ids.js';
import { alignText, encodeText, initText } from './encode-text.js';
import { fitTokenizer } from './fit-tokenizer.js';
import type { TextOptions } from './text-options.js';
import { textSample } from './text-sample.js';
import { textTarget } from './text-target.js';
import { decodeIds, encodeString } from './tokenise.js';
import { tokeniseOptions } from './tokenise-options.js';
import type { TokenizerState } from './tokenizer-state.js';

export const TEXT_ID = '@modalkit/text';

/**
 * The adapter behind `text()`. Its tokens are begin, the text's own and end; begin and end are ordinary valid tokens:
 * they are attended to, pooled and, like any other, may be hidden.
 */
export function textAdapter(options: TextOptions): Adapter<string, TokenizerState, Int32Array> {
  const prepares = tokeniseOptions(options);
  return {
    id: TEXT_ID,
    modality: 'text',
    contract: CONTRACT,
    version: '1',
    options: options as Json,
    prepares,
    supports: {
      positions: ['order'],
      masks: ['random', 'span', 'drop'],
      showsHidden: options.hides === 'bert',
      paddingInvariant: true,
    },
    share: options.share,
    sample: textSample(prepares.maxCharacters),

    fit: (samples) => fitTokenizer(samples, prepares),
    prepare: async (sample, { state }) => encodeString(state, sample, prepares.maxTokens),
    length: (ids) => ids.length,
    collate: collateIds,

    init: (context) => initText(context, options),
    mask: (layout, policy, context) => hideTokens(context, layout, policy),
    encode: (arrays, { hidden }, context) => encodeText(arrays, hidden, context, options),
    align: (tokens, _space, context) => alignText(tokens, context),

    target: textTarget,
    decode: (ids, { state }) => decodeIds(state, ids),
    preview: async (sample) => ({ kind: 'words', text: sample }),
    accepts: (argument) => (argument.trim() === '' ? undefined : argument),
  };
}
