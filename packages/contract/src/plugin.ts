import type { Token } from './token.js';

const PLUGIN = Symbol.for('modalkit/v1/plugin');
const FACTORY = Symbol.for('modalkit/v1/plugin-factory');

/** What a plugin sees of the project's container while it sets up. Factories run when first asked for, once. */
export interface Scope {
  /** Where the config uses the plugin: `inputs/front`, `fusion`, `heads/match`, `plugins/0`. */
  readonly slot: string;
  /** Offers a service to the project under one of the contract's tokens or a token of the plugin's own. */
  provide<T>(token: Token<T>, factory: () => NoInfer<T>): void;
  /** Registers a service that only this plugin sees. */
  keep<T>(token: Token<T>, factory: () => NoInfer<T>): void;
  /** A service of this plugin, or one that the project offers. */
  get<T>(token: Token<T>): T;
  /** Called once when the project is disposed, last registered first. */
  onDispose(release: () => void | Promise<void>): void;
}

export interface PluginDefinition {
  /** Package name. */
  readonly id: string;
  /** The `CONTRACT` it was written for. */
  readonly contract: number;
  /** Package version: tells two copies of one plugin from two plugins under one id. */
  readonly version?: string;
  /** Tokens that another plugin of the project must provide. */
  readonly requires?: readonly Token<unknown>[];
  setup(scope: Scope): void;
}

export interface Plugin extends PluginDefinition {
  readonly [PLUGIN]: true;
  /** What made it: two plugins of one id must come from one factory or state one version. */
  readonly factory: unknown;
}

/** Makes a plugin factory. Parse the options on the first line of `define`; then the types are trusted. */
export function definePlugin<Options extends unknown[]>(
  define: (...options: Options) => PluginDefinition,
): (...options: Options) => Plugin {
  const factory = (...options: Options): Plugin => ({ ...define(...options), [PLUGIN]: true, factory });
  return Object.assign(factory, { [FACTORY]: true });
}

/** True for a plugin made by any copy of this package. */
export function isPlugin(value: unknown): value is Plugin {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[PLUGIN] === true;
}

/** True for a plugin factory that was not called. */
export function isPluginFactory(value: unknown): boolean {
  return typeof value === 'function' && (value as unknown as Record<symbol, unknown>)[FACTORY] === true;
}
