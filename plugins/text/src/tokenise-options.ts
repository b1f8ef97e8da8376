import type { TextOptions } from './text-options.js';

/** The options that the tokenizer is trained and texts are cut by: what is cached is kept while they stay the same. */
export type TokeniseOptions = Pick<TextOptions, 'tokenizer' | 'vocabulary' | 'maxTokens' | 'maxCharacters'>;

export function tokeniseOptions({ tokenizer, vocabulary, maxTokens, maxCharacters }: TextOptions): TokeniseOptions {
  return { tokenizer, vocabulary, maxTokens, maxCharacters };
}
