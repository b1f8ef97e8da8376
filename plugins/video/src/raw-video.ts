import { z } from 'zod';

/** The path of a video, or a part of one; `start` and `end` are seconds on the container's clock. */
export type RawVideo = string | { readonly file: string; readonly start?: number; readonly end?: number };

const part = z
  .strictObject({
    file: z.string().min(1),
    start: z.number().nonnegative().optional(),
    end: z.number().positive().optional(),
  })
  .refine(({ start = Number.NEGATIVE_INFINITY, end = Number.POSITIVE_INFINITY }) => start < end, {
    error: 'start must be before end',
  });

/** Schema of a raw sample. */
export const rawVideo = z.union([z.string().min(1), part], {
  error: 'must be the path of a video file, or { file, start?, end? } in seconds with start before end',
});

/** The part of a file that a sample stands for. */
export function partOf(sample: RawVideo): { readonly file: string; readonly start?: number; readonly end?: number } {
  return typeof sample === 'string' ? { file: sample } : sample;
}
