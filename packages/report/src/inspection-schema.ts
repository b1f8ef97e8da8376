import { z } from 'zod';
import { number, previewSchema } from './run-schemas.js';

const numbers = z.array(number);
const shape = z.tuple([number, number]);

const sampleSchema = z.object({
  preview: previewSchema.optional(),
  tokens: shape,
  aligned: shape,
  valid: numbers,
  position: z.record(z.string(), z.union([numbers, z.array(numbers)])),
  values: z.array(numbers),
  pooled: numbers,
  stages: z.array(z.object({ stage: z.string(), milliseconds: number, bytes: number })),
});

/** Samples that a plugin's own tests give, each followed through the adapter. */
export const inspectionSchema = z.object({ title: z.string(), samples: z.array(sampleSchema) });

export type InspectedSampleData = z.infer<typeof sampleSchema>;
