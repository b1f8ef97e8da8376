import { join } from 'node:path';
import { type Config, loadProject, ModalkitError, type Runtime, sweepPoints, sweepRounds } from '@modalkit/core';
import { type Overrides, overrideConfig } from '../override-config.js';
import type { Judge } from './comparison.js';
import { fusionVariants, overridesOf, sweepVariants, type Variant } from './variant.js';

export interface Plan {
  readonly variants: readonly Variant[];
  /** Runs and steps of each round; all but halving have one. */
  readonly rounds: readonly { readonly runs: number; readonly steps: number; readonly folder: string }[];
  readonly better: Judge['better'];
  /** The first value that the runs measure when undefined. */
  readonly metric: string | undefined;
  /** Changes of the config by variant. */
  readonly overrides: ReadonlyMap<Variant, Overrides>;
}

/** What is given on the command line for all trainings. */
export interface Given extends Pick<Overrides, 'steps' | 'seed' | 'eager' | 'set'> {
  readonly fusion?: string;
  readonly metric?: string;
}

/**
 * Plans a comparison: of fusions when some are given, else the config's sweep. Every variant is composed once, without tensors.
 * @throws ModalkitError USAGE, CONFIG, OPTIONS or COMPOSE before anything is trained
 */
export async function planComparison(configPath: string, config: Config, given: Given): Promise<Plan> {
  const { fusion, metric, ...flags } = given;
  const composed = (overrides: Overrides) => composeOnce(configPath, { ...flags, ...overrides });
  const { sweep, steps, seed } = await composed({ set: flags.set });
  if (fusion === undefined && !sweep)
    throw new ModalkitError(
      'USAGE',
      `${configPath}: there is nothing to compare; give --fusion early,late,cross, or add \`sweep\` to the config.`,
    );
  const variants = fusion === undefined ? sweepVariants(sweepPoints(sweep!, seed)) : fusionVariants(fusion);
  const rounds =
    fusion === undefined ? sweepRounds(sweep!, variants.length, steps) : [{ runs: variants.length, steps }];
  const overrides = new Map(variants.map((variant) => [variant, overridesOf(variant, config, flags.set ?? [])]));
  for (const each of overrides.values()) await composed(each);
  const judged = fusion === undefined ? sweep! : undefined;
  return {
    variants,
    rounds: rounds.map((round, index) => ({ ...round, folder: rounds.length > 1 ? `round-${index + 1}` : '' })),
    better: judged?.better ?? 'higher',
    metric: metric ?? judged?.metric,
    overrides: await withContribution(overrides, composed),
  };
}

interface Composed extends Pick<Runtime['config'], 'sweep'>, Pick<Runtime, 'seed'> {
  readonly steps: number;
  readonly contribution: boolean;
  readonly heads: readonly string[];
}

async function composeOnce(configPath: string, overrides: Overrides): Promise<Composed> {
  const runtime = await loadProject(configPath, (config) => overrideConfig(config, overrides));
  await runtime.dispose();
  const { config, seed, heads } = runtime;
  const { steps, contribution } = config.train;
  return { sweep: config.sweep, seed, steps, contribution: contribution !== undefined, heads: Object.keys(heads) };
}

/** What each input contributes to the first head that it can be measured of, where the config doesn't ask for it itself. */
async function withContribution(
  all: ReadonlyMap<Variant, Overrides>,
  composed: (overrides: Overrides) => Promise<Composed>,
): Promise<ReadonlyMap<Variant, Overrides>> {
  const [first] = all.values();
  const { contribution, heads } = await composed(first!);
  if (contribution) return all;
  for (const head of heads) {
    const more = `train.contribution=${JSON.stringify({ head })}`;
    const added = new Map(
      [...all].map(([variant, { set = [], ...rest }]) => [variant, { ...rest, set: [...set, more] }]),
    );
    const fits = await Promise.all([...added.values()].map(composed)).then(
      () => true,
      () => false,
    );
    if (fits) return added;
  }
  return all;
}

/** Where a variant's run is in a round. */
export function runFolder(folder: string, round: Plan['rounds'][number], { folder: own }: Variant): string {
  return join(folder, round.folder, own);
}
