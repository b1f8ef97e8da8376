import type { DecoderChoice } from '@modalkit/contract';
import { z } from 'zod';

const HINT = 'expected "greedy", { topP: 0.9 } or { beam: 4 }';

/** How tokens are chosen, as an option. */
export const choiceOption: z.ZodType<DecoderChoice> = z.union(
  [
    z.literal('greedy'),
    z.strictObject({ topP: z.number().gt(0).max(1), temperature: z.number().positive().optional() }),
    z.strictObject({ beam: z.int().min(1).max(1000), lengthPenalty: z.number().min(0).optional() }),
  ],
  { error: HINT },
);
