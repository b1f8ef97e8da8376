import { createTokenizer } from './create-tokenizer.js';
import { readTokenizer } from './read-tokenizer.js';
import type { TextOptions } from './text-options.js';
import { SPECIAL_TOKENS, type TokenizerState } from './tokenizer-state.js';
import { trainBpe, trainWordPiece } from './train-tokenizer.js';

/** Trains the tokenizer on the texts, or reads the file that the options name. */
export async function fitTokenizer(
  texts: AsyncIterable<string>,
  { tokenizer, vocabulary }: Pick<TextOptions, 'tokenizer' | 'vocabulary'>,
): Promise<TokenizerState> {
  const content = await contentOf(tokenizer, texts, vocabulary - SPECIAL_TOKENS);
  const ids = createTokenizer(content).get_vocab().values();
  const own = 1 + [...ids].reduce((most, id) => Math.max(most, id), -1);
  return { tokenizer: JSON.stringify(content), classes: SPECIAL_TOKENS + own };
}

function contentOf(tokenizer: TextOptions['tokenizer'], texts: AsyncIterable<string>, size: number): Promise<object> {
  if (typeof tokenizer === 'object') return readTokenizer(tokenizer.file);
  return tokenizer === 'bpe' ? trainBpe(texts, size) : trainWordPiece(texts, size);
}
