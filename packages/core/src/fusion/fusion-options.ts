import { z } from 'zod';

/** Options that every fusion has. */
export const joinOptions = {
  /** Inputs to join; all when left out. */
  inputs: z.array(z.string()).min(1).optional(),
};

/** Options of a fusion with transformer blocks. */
export const blockOptions = {
  ...joinOptions,
  layers: z.int().min(1).max(256).default(2),
  heads: z.int().min(1).max(256).default(4),
  /**
   * Tokens attend only to tokens whose time is at most so many seconds from their own; tokens without time attend and
   * are attended to freely. No limit when left out.
   */
  timeSlice: z.number().min(0).max(1e6).optional(),
  /** Most tokens of one input in so many seconds; an input that declares a higher rate is refused before training. */
  window: z.strictObject({ seconds: z.number().positive().default(1), tokens: z.int().min(1) }).optional(),
};
