import { z } from 'zod';

export const digitsOptions = z.strictObject({
  /** Width of the tokens. */
  width: z.int().min(1).max(64).default(6),
});

export type DigitsOptions = z.output<typeof digitsOptions>;
