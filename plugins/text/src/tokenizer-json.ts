/** Scripts written without spaces: Chinese characters and Japanese kana, as ranges that every regular expression engine reads. */
const UNSPACED = '[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{323af}]';

/** A tokenizer before and after training, in the format of tokenizer.json; `model` is filled in by training. */
export interface TokenizerRules {
  readonly normalizer: object | null;
  readonly pre_tokenizer: object;
  readonly decoder: object;
  readonly model: { readonly type: 'BPE' | 'WordPiece'; readonly [key: string]: unknown };
}

/** Byte-level BPE (Radford et al. 2019), with runs of unspaced script apart from letters beside them. */
export const bpeRules: TokenizerRules = {
  normalizer: null,
  pre_tokenizer: {
    type: 'Sequence',
    pretokenizers: [
      { type: 'Split', pattern: { Regex: `${UNSPACED}+` }, behavior: 'Isolated', invert: false },
      { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: true },
    ],
  },
  decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: true },
  model: { type: 'BPE', dropout: null, unk_token: null, fuse_unk: false, byte_fallback: false, ignore_merges: false },
};

export const PREFIX = '##';
export const UNKNOWN = '[UNK]';

/** WordPiece (Wu et al. 2016) with BERT's normalisation: lower case, accents kept, each Chinese character a word. */
export const wordPieceRules: TokenizerRules = {
  normalizer: {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: false,
    lowercase: true,
  },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  decoder: {
    type: 'Sequence',
    decoders: [
      { type: 'WordPiece', prefix: PREFIX, cleanup: true },
      { type: 'Fuse' },
      { type: 'Replace', pattern: { Regex: `(?<=${UNSPACED}) (?=${UNSPACED})` }, content: '' },
    ],
  },
  model: {
    type: 'WordPiece',
    unk_token: UNKNOWN,
    continuing_subword_prefix: PREFIX,
    max_input_chars_per_word: 100,
  },
};

/** The content of a tokenizer.json. */
export function tokenizerJson(rules: TokenizerRules, model: object): object {
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: rules.normalizer,
    pre_tokenizer: rules.pre_tokenizer,
    post_processor: null,
    decoder: rules.decoder,
    model: { ...rules.model, ...model },
  };
}
