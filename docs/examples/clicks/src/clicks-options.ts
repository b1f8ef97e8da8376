import { z } from 'zod';

const whole = (least: number, most: number) => z.int().min(least).max(most);

/** Options of the input; an unknown key is refused. */
export const optionsSchema = z
  .strictObject({
    /** Most events of a session; longer ones are refused. */
    maxTokens: whole(1, 65_536).default(128),
    /** Width of the encoder's tokens. */
    width: whole(1, 65_536).default(32),
    /** Transformer blocks. */
    layers: whole(0, 256).default(1),
    /** Attention heads: a divisor of the width. */
    heads: whole(1, 1024).default(2),
    /** Name of another input of this plugin whose weights and events this one uses. */
    share: z.string().min(1).optional(),
  })
  .refine(({ width, heads }) => width % heads === 0, { path: ['heads'], error: 'expected a divisor of the width' });

export type Options = z.input<typeof optionsSchema>;
export type ParsedOptions = z.output<typeof optionsSchema>;
