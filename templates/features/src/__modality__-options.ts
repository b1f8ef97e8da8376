import { z } from 'zod';

const whole = (least: number, most: number) => z.int().min(least).max(most);

/** Options of the input; an unknown key is refused. */
export const optionsSchema = z.strictObject({
  /** Path of the ONNX file: `[row, size]` float32 in, `[row, features]` float32 out. */
  model: z.string().min(1),
  /** Numbers in a row. */
  size: whole(1, 1_000_000),
  /** Numbers that the model makes of a row. */
  features: whole(1, 65_536),
  /** Most rows of a sample. */
  maxTokens: whole(1, 65_536).default(256),
});

export type Options = z.input<typeof optionsSchema>;
export type ParsedOptions = z.output<typeof optionsSchema>;
