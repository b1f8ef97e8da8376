import type { Plugin } from './plugin.js';

const SET = Symbol.for('modalkit/v1/plugin-set');
const FACTORY = Symbol.for('modalkit/v1/plugin-set-factory');

/** What a condition leaves in place of a plugin: `debug && reporter()`. It is skipped. */
export type Nothing = false | null | undefined;

type Named<T> = Readonly<Record<string, T | Nothing>>;

/** Plugins for the places of a config, under the names that the config would give them. */
export interface PluginSetDefinition {
  /** Package name. */
  readonly id: string;
  /** The `CONTRACT` it was written for. */
  readonly contract: number;
  /** Package version. */
  readonly version?: string;
  /** An input may be a list: what core's `list` makes. */
  readonly inputs?: Named<Plugin | { readonly item: Plugin; readonly most: number }>;
  readonly heads?: Named<Plugin>;
  readonly objectives?: Named<Plugin>;
  readonly metrics?: Named<Plugin>;
  readonly live?: Named<Plugin>;
  readonly plugins?: readonly (Plugin | Nothing)[];
  /** Other sets, whose entries come before its own. An own entry replaces one of the same name. */
  readonly sets?: readonly (PluginSet | Nothing)[];
}

export interface PluginSet extends PluginSetDefinition {
  readonly [SET]: true;
}

/** Makes the factory of a plugin set; its options are for the plugins that it makes. */
export function definePluginSet<Options extends unknown[]>(
  define: (...options: Options) => PluginSetDefinition,
): (...options: Options) => PluginSet {
  const factory = (...options: Options): PluginSet => ({ ...define(...options), [SET]: true });
  return Object.assign(factory, { [FACTORY]: true });
}

/** True for a set made by any copy of this package. */
export function isPluginSet(value: unknown): value is PluginSet {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[SET] === true;
}

/** True for a set's factory that was not called. */
export function isPluginSetFactory(value: unknown): boolean {
  return typeof value === 'function' && (value as unknown as Record<symbol, unknown>)[FACTORY] === true;
}
