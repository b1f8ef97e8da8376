import { z } from 'zod';

const whole = (least: number, most: number) => z.int().min(least).max(most);

/** Options of the input; an unknown key is refused. */
export const optionsSchema = z
  .strictObject({
    /** Pixels from top to bottom. */
    rows: whole(1, 4096).default(64),
    /** Pixels from left to right. */
    columns: whole(1, 4096).default(64),
    /** Side of the square that becomes one token: a divisor of both. */
    patch: whole(1, 256).default(8),
    /** The distance that counts as 1, in the camera's units; a pixel of 0 measured nothing. */
    farthest: whole(1, 65_535).default(10_000),
    /** Width of the encoder's tokens. */
    width: whole(1, 65_536).default(32),
    /** Transformer blocks. */
    layers: whole(0, 256).default(1),
    /** Attention heads: a divisor of the width. */
    heads: whole(1, 1024).default(2),
    /** Name of another input of this plugin whose weights this one uses. */
    share: z.string().min(1).optional(),
  })
  .refine(({ width, heads }) => width % heads === 0, { path: ['heads'], error: 'expected a divisor of the width' })
  .refine(({ width }) => width % 4 === 0, { path: ['width'], error: 'expected a multiple of 4' })
  .refine(({ rows, columns, patch }) => rows % patch === 0 && columns % patch === 0, {
    path: ['patch'],
    error: 'expected a divisor of rows and columns',
  });

export type Options = z.input<typeof optionsSchema>;
export type ParsedOptions = z.output<typeof optionsSchema>;
