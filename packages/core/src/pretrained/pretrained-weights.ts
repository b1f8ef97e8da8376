import { type HostArray, ModalkitError } from '@modalkit/contract';
import type { InputPart } from '../data/data-project.js';
import type { WeightSpecs } from '../train/weight-spec.js';
import { readAdapterWeights } from './adapter-weights.js';
import { REALIGN } from './realigned.js';

/**
 * Closes the declared weights of an input that is frozen.
 * @throws ModalkitError COMPOSE when its adapter declares others than were exported
 */
export function closePretrained(specs: WeightSpecs, { name, adapter, pretrained }: InputPart): void {
  if (!pretrained) return;
  const own = [...specs.values()].filter((spec) => isOwn(spec.name, name));
  const expected = new Map(Object.entries(pretrained.weights));
  const declared = new Map(own.map((spec) => [spec.name.slice(name.length + 1), spec.shape]));
  for (const key of new Set([...expected.keys(), ...declared.keys()])) {
    const [there, here] = [expected.get(key), declared.get(key)];
    if (there && here && there.join() === here.join()) continue;
    const say = (shape: readonly number[] | undefined) => (shape ? `[${shape}]` : 'missing');
    throw new ModalkitError(
      'COMPOSE',
      `pretrained.${name}: the weight "${key}" is ${say(there)} in the weights and ${say(here)} in ${adapter.id}; take the version of ${adapter.id} that they were exported with.`,
    );
  }
  if (pretrained.freeze) for (const spec of own) specs.set(spec.name, { ...spec, trainable: false });
}

/** The pretrained weights of a project by their names in the model. */
export function pretrainedWeights(inputs: Readonly<Record<string, InputPart>>): ReadonlyMap<string, HostArray> {
  return new Map(
    Object.values(inputs).flatMap(({ name, pretrained }) =>
      pretrained
        ? [...readAdapterWeights(pretrained)].map(([weight, array]) => [`${name}/${weight}`, array] as const)
        : [],
    ),
  );
}

function isOwn(weight: string, input: string): boolean {
  return weight.startsWith(`${input}/`) && !weight.startsWith(`${input}/${REALIGN}/`);
}
