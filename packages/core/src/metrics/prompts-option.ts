import { z } from 'zod';

/** Prompts of each class by the target's value: raw samples of the input that asks. */
export const promptsOption = z.record(z.string(), z.array(z.unknown()).min(1));
