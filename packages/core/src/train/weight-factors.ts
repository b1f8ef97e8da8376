import { namesMatching } from './match-pattern.js';
import type { TrainOptions } from './train-options.js';
import type { WeightSpec } from './weight-spec.js';

/** Learning rate factor and weight decay factor of each weight. */
export interface WeightFactors {
  readonly rates: readonly number[];
  readonly decays: readonly number[];
}

/**
 * What the options make of the weights: `learningRates` times `layerDecays`, and `weightDecays` where a weight decays at all.
 * @param all every weight of the model: a pattern may match frozen ones only
 * @throws ModalkitError CONFIG for a pattern that matches no weight
 */
export function weightFactors(
  specs: readonly WeightSpec[],
  { learningRates, weightDecays, layerDecays }: Pick<TrainOptions, 'learningRates' | 'weightDecays' | 'layerDecays'>,
  all: readonly WeightSpec[] = specs,
): WeightFactors {
  const rates = byPattern('train.learningRates', learningRates, all);
  const decays = byPattern('train.weightDecays', weightDecays, all);
  for (const [pattern, factor] of Object.entries(layerDecays)) {
    const matching = new Set(namesMatching('train.layerDecays', pattern, namesOf(all)));
    const below = layersBelowTop(all.filter(({ name }) => matching.has(name)));
    for (const [name, layers] of below) rates.set(name, (rates.get(name) ?? 1) * factor ** layers);
  }
  return {
    rates: specs.map(({ name }) => rates.get(name) ?? 1),
    decays: specs.map(({ name, decay }) => (decay ? (decays.get(name) ?? 1) : 0)),
  };
}

const namesOf = (specs: readonly WeightSpec[]) => specs.map(({ name }) => name);

function byPattern(
  field: string,
  patterns: Readonly<Record<string, number>>,
  specs: readonly WeightSpec[],
): Map<string, number> {
  const factors = new Map<string, number>();
  for (const [pattern, factor] of Object.entries(patterns))
    for (const name of namesMatching(field, pattern, namesOf(specs))) factors.set(name, factor);
  return factors;
}

/**
 * How many layers lie between each weight and what follows the last layer (BEiT, Bao et al. 2021). A layer is a part of the
 * name that ends in a number (`layer2`, `stage1`); layers stand in the order in which they were declared. What is declared
 * before the first is below all of them, what is declared after the last is the top.
 */
export function layersBelowTop(specs: readonly WeightSpec[]): Map<string, number> {
  const ordered = [...specs].sort((a, b) => a.order - b.order);
  const layers = ordered.map(({ name }) => layerOf(name));
  const seen = new Set<string>();
  const last = layers.findLastIndex((layer) => layer !== undefined);
  const depths = layers.map((layer, index) => {
    if (layer !== undefined) seen.add(layer);
    return index > last ? seen.size + 1 : seen.size;
  });
  return new Map(ordered.map(({ name }, index) => [name, seen.size + 1 - depths[index]!]));
}

/** `picture/layer2/mlp/bias` -> `picture/layer2`; what a name begins with is no layer. */
function layerOf(name: string): string | undefined {
  const parts = name.split('/');
  const at = parts.findIndex((part, index) => index > 0 && index < parts.length - 1 && /[0-9]$/.test(part));
  return at < 0 ? undefined : parts.slice(0, at + 1).join('/');
}
