import { ModalkitError, type ModelView } from '@modalkit/contract';
import { z } from 'zod';

/** Two different inputs, `[a, b]`. */
export const pairOption = z
  .tuple([z.string(), z.string()])
  .refine(([a, b]) => a !== b, 'a pair needs two different inputs');

/** Options of objectives over pairs of inputs. */
export const pairOptions = {
  /** Pairs of inputs to align; every two inputs when left out. */
  pairs: z.array(pairOption).min(1).optional(),
  /** Column whose equal values make two samples positives of each other; only a sample's own pair when left out. */
  positives: z.string().optional(),
  /** Factor of the objective in the total loss. */
  weight: z.number().min(0).default(1),
};

/** Every two of the names, each once. */
export function everyPair(names: readonly string[]): [string, string][] {
  return names.flatMap((a, index) => names.slice(index + 1).map((b): [string, string] => [a, b]));
}

/** The pairs given, or every two inputs of the model. */
export function pairsOf(who: string, pairs: readonly [string, string][] | undefined, view: ModelView) {
  const all = pairs ?? everyPair(Object.keys(view.inputs).sort());
  if (all.length > 0) return all;
  throw new ModalkitError('COMPOSE', `${who}: there is one input and nothing to align it with; compose a second one.`);
}
