import { Tokenizer } from '@huggingface/tokenizers';

/** A tokenizer from the content of a tokenizer.json; decoding leaves spaces as they are. */
export function createTokenizer(content: object): Tokenizer {
  return new Tokenizer({ added_tokens: [], ...content }, { clean_up_tokenization_spaces: false });
}
