import { z } from 'zod';

const second = z.number().min(0);

/** A path, relative to the manifest; a part of a file, in seconds on its clock; or samples of one channel, -1 … 1. */
export type RawSound =
  | string
  | { readonly file: string; readonly start?: number | undefined; readonly end?: number | undefined }
  | { readonly samples: readonly number[] | Float32Array; readonly rate: number };

const part = z
  .strictObject({ file: z.string().min(1), start: second.optional(), end: second.optional() })
  .refine(({ start = 0, end }) => end === undefined || end > start, {
    error: 'end must be after start',
    path: ['end'],
  });

const inline = z.strictObject({
  // Values are looked at when the sound is prepared: a schema would take them one by one.
  samples: z.custom<readonly number[] | Float32Array>(
    (value) => Array.isArray(value) || value instanceof Float32Array,
    'must be an array of numbers',
  ),
  rate: z.number().int().min(1000).max(768_000),
});

export const rawSound = z.union([z.string().min(1), part, inline], {
  error: 'must be the path of a media file, { file, start, end } or { samples, rate }',
});

/** The file that a sample names. */
export function fileOf(sample: RawSound): string | undefined {
  if (typeof sample === 'string') return sample;
  return 'file' in sample ? sample.file : undefined;
}
