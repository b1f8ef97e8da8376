import { z } from 'zod';

/** Accuracy is shared out among so many inputs at most: every set of them is asked. */
export const MOST_INPUTS = 8;

/** What the contribution report looks at; it is made at each evaluation and at the end of each epoch. */
export const contributionOptions = z.strictObject({
  /** Classification head on fused tokens whose accuracy is shared out. */
  head: z.string(),
  /** Column of the class; the head's name when left out. */
  target: z.string().optional(),
  /** Inputs it is shared out among, 2 to 8; all that the fusion joins when left out. The others stay as they are. */
  inputs: z
    .array(z.string())
    .min(2)
    .max(MOST_INPUTS)
    .refine((inputs) => new Set(inputs).size === inputs.length, 'each input is named once')
    .optional(),
  /** Held-out samples that are asked with every set of inputs, and training samples whose gradient is taken apart. */
  samples: z.int().min(1).default(512),
  /** Warns where one input alone, and no other, reaches this share of the full accuracy. */
  warnAt: z.number().gt(0).max(1).default(0.95),
});

export type ContributionOptions = z.output<typeof contributionOptions>;
