import type { Schema } from '@modalkit/contract';
import { z } from 'zod';

/** Schema of one raw text: a string that is not blank and not too long. */
export function textSample(maxCharacters: number): Schema<string> {
  return z
    .string({ error: 'expected a string' })
    .max(maxCharacters, {
      error: ({ input }) =>
        `the text has ${(input as string).length} characters; shorten it to ${maxCharacters} or raise maxCharacters`,
    })
    .refine((text) => text.trim() !== '', { error: 'the text is empty; write some, or leave the input out' });
}
