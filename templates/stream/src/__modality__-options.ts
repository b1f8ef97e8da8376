import { z } from 'zod';

const whole = (least: number, most: number) => z.int().min(least).max(most);

/** Options of the input; an unknown key is refused. */
export const optionsSchema = z.strictObject({
  /** Numbers in a row. */
  channels: whole(1, 4096),
  /** Seconds of a token: the mean of the rows that came in them. */
  window: z.number().positive().max(3600).default(0.5),
  /** Most tokens of a recording. */
  maxTokens: whole(1, 65_536).default(1024),
  /** Width of the encoder's tokens. */
  width: whole(1, 65_536).default(32),
});

export type Options = z.input<typeof optionsSchema>;
export type ParsedOptions = z.output<typeof optionsSchema>;
