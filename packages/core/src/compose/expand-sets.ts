import {
  CONTRACT,
  isPluginSet,
  isPluginSetFactory,
  ModalkitError,
  type Nothing,
  type Plugin,
  type PluginSet,
} from '@modalkit/contract';
import { checkNames } from './check-names.js';
import type { ListInput, ParsedConfig } from './config.js';
import { isSomething } from './is-something.js';

const GROUPS = ['heads', 'objectives', 'metrics', 'live'] as const;
type Group = (typeof GROUPS)[number];

/** The plugins of a config in their places, those of its sets among them. */
export interface Composition extends Readonly<Record<Group, Readonly<Record<string, Plugin>>>> {
  readonly inputs: Readonly<Record<string, Plugin | ListInput>>;
  readonly plugins: readonly Plugin[];
}

type Entries<T> = Readonly<Record<string, T | Nothing>>;

/**
 * Puts the plugins of sets into the config's places: sets in the order in which they stand, then what the config itself
 * names. An entry of the config replaces one of a set under the same name, or takes it away when it is false.
 * @throws ModalkitError COMPOSE when two sets name one entry, or one is of another contract
 */
export function expandSets(config: ParsedConfig): Composition {
  const sets = config.sets.filter(isSomething).map((set) => flatten(set, []));
  const named = <T>(group: string, own: Entries<T>, pick: (set: Flat) => Entries<T>) => {
    checkNames(group, Object.keys(own));
    return { ...joinSets(group, sets, pick), ...own };
  };
  const groups = GROUPS.map((group) => [group, present(named(group, config[group], (set) => set[group]))] as const);
  return {
    ...(Object.fromEntries(groups) as Record<Group, Record<string, Plugin>>),
    inputs: present(named('Input', joinInputs(config.inputs), (set) => set.inputs)),
    plugins: [...sets.flatMap((set) => set.plugins), ...config.plugins].filter(isSomething),
  };
}

interface Flat extends Readonly<Record<Group, Entries<Plugin>>> {
  readonly id: string;
  readonly inputs: Entries<Plugin | ListInput>;
  readonly plugins: readonly (Plugin | Nothing)[];
}

/** A set with those in it made one. */
function flatten(set: unknown, path: readonly string[]): Flat {
  checkSet(set, path);
  const inner = (set.sets ?? []).filter(isSomething).map((each) => flatten(each, [...path, set.id]));
  const groups = GROUPS.map((group) => [group, { ...joinSets(group, inner, (each) => each[group]), ...set[group] }]);
  return {
    ...(Object.fromEntries(groups) as Record<Group, Entries<Plugin>>),
    id: set.id,
    inputs: { ...joinSets('Input', inner, (each) => each.inputs), ...set.inputs },
    plugins: [...inner.flatMap((each) => each.plugins), ...(set.plugins ?? [])],
  };
}

function checkSet(set: unknown, path: readonly string[]): asserts set is PluginSet {
  const where = ['sets', ...path].join('/');
  if (isPluginSetFactory(set))
    throw new ModalkitError('COMPOSE', `${where}: a set's factory was given but not called; write \`name()\`.`);
  if (!isPluginSet(set))
    throw new ModalkitError(
      'COMPOSE',
      `${where}: received ${typeof set}, which is no set; give what \`definePluginSet\` makes.`,
    );
  if (path.includes(set.id))
    throw new ModalkitError('COMPOSE', `${where}: the set ${set.id} holds itself; break the cycle.`);
  if (set.contract !== CONTRACT)
    throw new ModalkitError(
      'COMPOSE',
      `${where}: the set ${set.id} was written for contract ${set.contract}, this is contract ${CONTRACT}; update ${set.contract < CONTRACT ? set.id : '@modalkit/core'}.`,
    );
}

function joinSets<T>(
  group: string,
  sets: readonly Flat[],
  pick: (set: Flat) => Entries<T>,
): Record<string, T | Nothing> {
  const owners = new Map<string, string>();
  const joined: Record<string, T | Nothing> = {};
  for (const set of sets) {
    const entries = present(pick(set));
    checkNames(group, Object.keys(entries));
    for (const name of Object.keys(entries)) {
      const other = owners.get(name);
      if (other !== undefined)
        throw new ModalkitError(
          'COMPOSE',
          `${group} "${name}" is in the sets ${other} and ${set.id}; rename one by the set's options, or leave one set out.`,
        );
      owners.set(name, set.id);
    }
    Object.assign(joined, entries);
  }
  return joined;
}

/** `inputs` may be a list of records whose names do not collide. */
function joinInputs(inputs: ParsedConfig['inputs']): Entries<Plugin | ListInput> {
  const joined: Record<string, Plugin | ListInput | Nothing> = {};
  for (const record of Array.isArray(inputs) ? inputs : [inputs])
    for (const [name, value] of Object.entries(record)) {
      if (name in joined) throw new ModalkitError('COMPOSE', `Input "${name}" is given twice; rename one of the two.`);
      joined[name] = value;
    }
  return joined;
}

function present<T>(entries: Entries<T>): Record<string, T> {
  return Object.fromEntries(Object.entries(entries).filter((entry): entry is [string, T] => isSomething(entry[1])));
}
