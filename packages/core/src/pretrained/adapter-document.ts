import { z } from 'zod';

/** A joint space: adapters of one id can be compared with each other. */
export const jointSpaceSchema = z.strictObject({
  /** Hash of width, objectives and anchoring weights: `spaceOfRun` makes it. */
  id: z.string().regex(/^[0-9a-f]{64}$/),
  width: z.int().min(1).max(65_536),
});

/** What `adapter.json` says of the weights beside it. */
export const adapterDocumentSchema = z.strictObject({
  /** Id of the adapter, its package's name. */
  adapter: z.string().min(1).max(214),
  /** Version of what its `prepare` does. */
  prepare: z.string().max(256),
  /** Options, all defaults filled in. */
  options: z.json(),
  space: jointSpaceSchema,
  /** Shape of each weight by its name, without the input's. */
  weights: z.record(
    z.string().min(1).max(512),
    z
      .array(
        z
          .int()
          .min(1)
          .max(2 ** 31 - 1),
      )
      .max(8),
  ),
  /** SPDX expression under which the weights may be used. */
  licence: z.string().min(1).max(256),
});

export type JointSpace = z.output<typeof jointSpaceSchema>;
export type AdapterDocument = z.output<typeof adapterDocumentSchema>;
