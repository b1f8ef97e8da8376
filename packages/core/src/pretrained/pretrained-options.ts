import { z } from 'zod';

const fields = z.strictObject({
  /** An installed package that carries weights, or a folder that `modalkit export` wrote, as seen from the config. */
  from: z.string().min(1).max(4096),
  /** Never trained: false to go on training from them. */
  freeze: z.boolean().default(true),
  /** Leads out of the weights' own joint space into the project's by a linear layer that is trained. */
  realign: z.boolean().default(false),
  /** SHA-256 of the folder's manifest.json: other weights are refused. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits')
    .optional(),
});

/** `pretrained` of a config: by input, where its weights come from. */
export const pretrainedOptions = z.record(
  z.string(),
  z.union([
    z
      .string()
      .min(1)
      .transform((from) => fields.parse({ from })),
    fields,
  ]),
);

export type PretrainedOptions = z.output<typeof fields>;
