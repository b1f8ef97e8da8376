import type { Tokenizer } from '@huggingface/tokenizers';
import { createTokenizer } from './create-tokenizer.js';
import { SPECIAL, SPECIAL_TOKENS, type TokenizerState } from './tokenizer-state.js';

/** begin, the text's tokens, end; cut to `maxTokens` with the end kept. */
export function encodeString(state: TokenizerState, text: string, maxTokens: number): Int32Array {
  const { ids } = tokenizerOf(state).encode(text, { add_special_tokens: false });
  const own = ids.slice(0, maxTokens - 2).map((id) => id + SPECIAL_TOKENS);
  return Int32Array.from([SPECIAL.begin, ...own, SPECIAL.end]);
}

/** The text up to the first end token; special tokens and ids that no tokenizer gave are left out. */
export function decodeIds(state: TokenizerState, ids: Int32Array): string {
  const end = ids.indexOf(SPECIAL.end);
  const own = [...(end === -1 ? ids : ids.subarray(0, end))]
    .filter((id) => id >= SPECIAL_TOKENS && id < state.classes)
    .map((id) => id - SPECIAL_TOKENS);
  return own.length === 0 ? '' : tokenizerOf(state).decode(own, { skip_special_tokens: true });
}

const tokenizers = new WeakMap<TokenizerState, Tokenizer>();

function tokenizerOf(state: TokenizerState): Tokenizer {
  const known = tokenizers.get(state);
  if (known) return known;
  const made = createTokenizer(JSON.parse(state.tokenizer));
  tokenizers.set(state, made);
  return made;
}
