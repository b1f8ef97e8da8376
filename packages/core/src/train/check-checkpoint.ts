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
  const lacking: ComposedPlugins[number][] = [];
  const problems = saved
    .filter(({ slot }) => shaping(slot))
    .flatMap((entry) => {
      const here = now.find(({ slot }) => slot === entry.slot);
      if (here?.id === entry.id) return [];
      lacking.push(entry);
      return [`${entry.slot} was ${named(entry)} and is ${here ? named(here) : 'not composed'} now`];
    });
  const added = now.filter(({ slot }) => slot.startsWith('inputs/') && !saved.some((entry) => entry.slot === slot));
  problems.push(...added.map(({ slot, id }) => `${slot} was not composed and is ${id} now`));
  if (problems.length === 0) return;
  throw new ModalkitError(
    'CHECKPOINT',
    `${folder}: the checkpoint is of other plugins: ${problems.join('; ')}. Compose those again${installing(lacking)}, or train into another folder.`,
    { problems },
  );
}

function named({ id, version }: ComposedPlugins[number]): string {
  return version === undefined ? id : `${id} ${version}`;
}

/** The command that brings the packages of some plugins, in the versions they had. */
function installing(plugins: ComposedPlugins): string {
  const packages = plugins.flatMap(({ id, version }) => {
    const name = /^(?:@[^/]+\/)?[^/]+/.exec(id)?.[0];
    return version === undefined || !name ? [] : [`${name}@${version}`];
  });
  return packages.length === 0 ? '' : ` (\`npm install ${[...new Set(packages)].join(' ')}\`)`;
}
