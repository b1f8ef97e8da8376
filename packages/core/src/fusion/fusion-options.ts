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
};
