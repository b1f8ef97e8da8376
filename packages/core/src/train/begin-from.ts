import { resolve } from 'node:path';
import { ModalkitError } from '@modalkit/contract';
import type { Runtime } from '../compose/index.js';
import type { States } from '../data/index.js';
import { loadTrained, type Trained } from './load-trained.js';
import { type Model, writeWeights } from './model.js';

/** The run that `train.from` names, its path taken from the config's folder; nothing where there is none. */
export async function openBeginning({ config, folder }: Runtime): Promise<Trained | undefined> {
  const { from } = config.train;
  return from === undefined ? undefined : loadTrained(resolve(folder, from));
}

/** What its adapters had learnt, of the inputs that are composed here too and not pretrained. */
export function statesFrom({ states }: Trained, { inputs }: Runtime): States {
  return Object.fromEntries(
    Object.entries(states).filter(([name]) => inputs[name] && !inputs[inputs[name].stateOf]?.pretrained),
  );
}

/**
 * Gives the weights of another run to those of the same name; the others, pretrained ones among them, keep their first values.
 * @returns what is told in the log
 * @throws ModalkitError CONFIG when no name is the same, or a shape differs
 */
export function beginFrom(model: Model, { weights, step, folder }: Trained): string {
  const names = [...model.weights.keys()].filter((name) => !model.runtime.inputs[name.split('/')[0]!]?.pretrained);
  const same = names.filter((name) => weights.has(name));
  const [first] = weights.keys();
  if (same.length === 0)
    throw new ModalkitError(
      'CONFIG',
      `config: train.from: ${folder} has no weight of this model; its first is "${first}", here there is "${names[0]}": name the inputs as they are named there.`,
    );
  for (const name of same) {
    const [there, here] = [weights.get(name)!.shape, model.weights.get(name)!.spec.shape];
    if (there.join() !== here.join())
      throw new ModalkitError(
        'CONFIG',
        `config: train.from: "${name}" is [${there}] in ${folder} and [${here}] here; give its plugin the options it had there.`,
      );
  }
  writeWeights(model, new Map(same.map((name) => [name, weights.get(name)!])));
  const fresh = names.length - same.length;
  const rest = fresh > 0 ? `; ${fresh} others begin afresh` : '';
  return `Began with ${same.length} weights of ${folder}, step ${step}${rest}.`;
}
