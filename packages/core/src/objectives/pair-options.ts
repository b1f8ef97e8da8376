import { ModalkitError } from '@modalkit/contract';
import { z } from 'zod';

export type Pair = readonly [string, string];

/** Two different inputs, `[a, b]`. */
export const pairOption = z
  .tuple([z.string(), z.string()])
  .refine(([a, b]) => a !== b, 'a pair needs two different inputs');

/** Options of objectives over pairs of inputs. */
export const pairOptions = {
  /** Pairs of inputs to align; every two inputs when left out. */
  pairs: z.array(pairOption).min(1).refine(eachOnce, 'each pair is named once, in either order').optional(),
  /** Column whose equal values make two samples positives of each other; only a sample's own pair when left out. */
  positives: z.string().optional(),
  /** Factor of the objective in the total loss. */
  weight: z.number().min(0).default(1),
};

function eachOnce(pairs: readonly Pair[]): boolean {
  return new Set(pairs.map(unordered)).size === pairs.length;
}

/** A pair whichever of the two is named first: names hold no `+`. */
export function unordered(pair: Pair): string {
  return [...pair].sort().join('+');
}

/** The name of a pair's term from its first input to its second. */
export function pairTerm([a, b]: Pair): string {
  return `${a}->${b}`;
}

/** Every two of the names, each once. */
export function everyPair(names: readonly string[]): [string, string][] {
  return names.flatMap((a, index) => names.slice(index + 1).map((b): [string, string] => [a, b]));
}

/** The pairs given, or every two of the model's inputs. */
export function pairsOf(who: string, pairs: readonly Pair[] | undefined, inputs: readonly string[]): readonly Pair[] {
  const all = pairs ?? everyPair([...inputs].sort());
  if (all.length > 0) return all;
  throw new ModalkitError('COMPOSE', `${who}: there is one input and nothing to align it with; compose a second one.`);
}
