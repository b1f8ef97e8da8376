import { z } from 'zod';

const listed = z.array(z.json()).min(1);
const range = z
  .strictObject({
    from: z.number(),
    to: z.number(),
    /** `log`: as many draws from 0.001 to 0.01 as from 0.01 to 0.1. */
    scale: z.enum(['linear', 'log']).default('linear'),
    /** Whole numbers only. */
    whole: z.boolean().default(false),
  })
  .refine(({ from, to }) => from < to, '`from` must be less than `to`')
  .refine(({ from, scale }) => scale === 'linear' || from > 0, 'a range on a log scale begins above 0');

const settings = <T extends z.ZodType>(values: T) =>
  z.record(z.string(), values).refine((named) => Object.keys(named).length > 0, 'name at least one setting');
const judged = {
  /** Measured value by which runs are compared, such as `accuracy/match`. */
  metric: z.string(),
  better: z.enum(['higher', 'lower']).default('higher'),
};
const drawn = {
  settings: settings(z.union([listed, range])),
  /** Combinations that are drawn. */
  runs: z.int().min(2).max(1000),
};

/**
 * The `sweep` part of a config: settings by the names that `--set` takes, and `fusion`, each with its values. `grid` trains every
 * combination; `random` draws some (Bergstra and Bengio 2012); `halving` draws some, trains them for a few steps, and lets the best
 * train anew for more (successive halving, Jamieson and Talwalkar 2016).
 */
export const sweepOptions = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('grid'), settings: settings(listed), ...judged }),
  z.strictObject({ kind: z.literal('random'), ...drawn, ...judged }),
  z.strictObject({
    kind: z.literal('halving'),
    ...drawn,
    ...judged,
    /** Steps of the first round; the next has 1 / `keep` times as many, the last `train.steps`. */
    steps: z.int().min(1),
    /** Share of a round's runs that the next one has. */
    keep: z
      .number()
      .gt(0)
      .max(0.5)
      .default(1 / 3),
  }),
]);

export type SweepOptions = z.output<typeof sweepOptions>;
export type SweepRange = z.output<typeof range>;
