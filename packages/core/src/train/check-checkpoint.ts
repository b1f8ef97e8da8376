import { type HostArray, ModalkitError } from '@modalkit/contract';
import type { WeightSpecs } from './weight-spec.js';

/**
 * Refuses a checkpoint whose weights are not the model's.
 * @throws ModalkitError CHECKPOINT that names the first weights that differ
 */
export function checkWeights(specs: WeightSpecs, saved: ReadonlyMap<string, HostArray>, folder: string): void {
  const wrong = [...specs.values()].flatMap((spec) => {
    const other = saved.get(spec.name);
    if (!other) return [`${spec.name} is missing`];
    return other.shape.join() === spec.shape.join()
      ? []
      : [`${spec.name} is [${other.shape}] there and [${spec.shape}] here`];
  });
  const extra = [...saved.keys()].filter((name) => !specs.has(name)).map((name) => `${name} is not in this model`);
  const problems = [...wrong, ...extra];
  if (problems.length === 0) return;
  const shown = problems.slice(0, 3).join('; ') + (problems.length > 3 ? `; and ${problems.length - 3} more` : '');
  throw new ModalkitError(
    'CHECKPOINT',
    `${folder}: the checkpoint is of another model: ${shown}. Train into another folder, or restore the config it was made with.`,
    { problems },
  );
}

/** Which plugins a run was composed of, by slot. */
export type ComposedPlugins = readonly { readonly slot: string; readonly id: string; readonly version?: string }[];

/**
 * Refuses a checkpoint of other plugins, before any weight is compared.
 * @throws ModalkitError CHECKPOINT that says which plugin stood where
 */
export function checkComposition(now: ComposedPlugins, saved: ComposedPlugins, folder: string): void {
  const shaping = (slot: string) => /^(inputs|heads|objectives)\//.test(slot) || slot === 'fusion';
  const problems = saved
    .filter(({ slot }) => shaping(slot))
    .flatMap(({ slot, id }) => {
      const here = now.find((entry) => entry.slot === slot);
      return here?.id === id ? [] : [`${slot} was ${id} and is ${here ? here.id : 'not composed'} now`];
    });
  const added = now.filter(({ slot }) => slot.startsWith('inputs/') && !saved.some((entry) => entry.slot === slot));
  problems.push(...added.map(({ slot, id }) => `${slot} was not composed and is ${id} now`));
  if (problems.length === 0) return;
  throw new ModalkitError(
    'CHECKPOINT',
    `${folder}: the checkpoint is of other plugins: ${problems.join('; ')}. Compose those again, or train into another folder.`,
    { problems },
  );
}
