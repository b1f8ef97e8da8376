import { z } from 'zod';

const numbers = z.custom<ArrayLike<number>>(
  (value) =>
    value instanceof Float32Array ||
    value instanceof Float64Array ||
    (Array.isArray(value) && value.every((entry) => typeof entry === 'number')),
  { error: 'must be an array of numbers' },
);

const span = z
  .strictObject({ file: z.string().min(1), start: z.number().optional(), end: z.number().optional() })
  .refine(({ start = Number.NEGATIVE_INFINITY, end = Number.POSITIVE_INFINITY }) => start < end, {
    error: 'must end after it starts',
  });

const inline = z.strictObject({
  channels: z.record(
    z.string(),
    z.strictObject({ times: numbers, values: numbers }).refine(({ times, values }) => times.length === values.length, {
      error: 'must have as many values as times',
    }),
  ),
});

/** The path of a recording, a stretch of one in seconds of its clock, or samples of each channel with their times. */
export const rawSensor = z.union([z.string().min(1), span, inline], {
  error: 'must be the path of a recording, { file, start, end }, or { channels: { name: { times, values } } }',
});

export type RawSensor = z.output<typeof rawSensor>;

/** The file that a sample names; undefined when it brings its own values. */
export function fileOf(sample: RawSensor): string | undefined {
  return typeof sample === 'string' ? sample : 'file' in sample ? sample.file : undefined;
}

/** What errors call a sample: its file, or the input that it was given to. */
export function nameOf(sample: RawSensor, input: string): string {
  return fileOf(sample) ?? `samples given to ${input}`;
}
