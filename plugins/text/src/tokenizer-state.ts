/** What `fit` learns: a whole tokenizer, so that a checkpoint needs no other file. */
export interface TokenizerState {
  /** Text of a tokenizer.json. */
  readonly tokenizer: string;
  /** Number of token ids: the special ones and the tokenizer's own. */
  readonly classes: number;
}

/**
 * Ids of the special tokens. A tokenizer's own ids follow, each raised by `SPECIAL_TOKENS`, so that no text can spell a
 * special token. The unknown token is the tokenizer's own; byte-level BPE needs none.
 */
export const SPECIAL = { pad: 0, begin: 1, end: 2, mask: 3 } as const;
export const SPECIAL_TOKENS = 4;
