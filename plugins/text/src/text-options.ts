import { z } from 'zod';

const whole = (least: number, most: number) => z.int().min(least).max(most);

/** Options of the text input; an unknown key is refused. */
export const textOptions = z
  .strictObject({
    /**
     * `bpe` (byte-level) or `wordpiece` (lower-cased) are trained on the training split. `{ file }` takes a tokenizer.json
     * as it is: a path from the working directory, or a file: URL such as `import.meta.resolve('./tokenizer.json')`.
     */
    tokenizer: z
      .union([z.enum(['bpe', 'wordpiece']), z.strictObject({ file: z.string().min(1) })], {
        error: 'expected "bpe", "wordpiece" or { file: "tokenizer.json" }',
      })
      .default('bpe'),
    /** Most tokens that a trained tokenizer knows, the 4 special ones and the 256 bytes of `bpe` included. */
    vocabulary: whole(300, 1_000_000).default(4000),
    /** Longer texts are cut to this number of tokens, begin and end included. */
    maxTokens: whole(3, 65_536).default(128),
    /** Texts of more UTF-16 units are refused. */
    maxCharacters: whole(1, 10_000_000).default(20_000),
    /** Width of the encoder's tokens. */
    width: whole(1, 65_536).default(64),
    /** Transformer blocks; 0 leaves embedded tokens as they are. */
    layers: whole(0, 256).default(2),
    /** Attention heads: a divisor of the width. */
    heads: whole(1, 1024).default(4),
    positions: z.enum(['learnable', 'sincos']).default('learnable'),
    /**
     * What stands where a token is hidden in training: `mask`, the mask token; `bert`, the mask token at 80 %, any token at 10 %,
     * the token itself at 10 % (Devlin et al. 2019), so that the encoder never learns to read mask tokens alone.
     */
    hides: z.enum(['mask', 'bert']).default('mask'),
    /** Name of another text input whose weights and tokenizer this one uses. */
    share: z.string().min(1).optional(),
  })
  .refine((options) => options.width % options.heads === 0, {
    path: ['heads'],
    error: 'expected a divisor of the width',
  });

export type TextOptions = z.output<typeof textOptions>;
