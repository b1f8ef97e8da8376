import { isPlugin, type Plugin, type Scope, type Token } from '@modalkit/contract';
import { broken } from './promised.js';

/** What a plugin provides when a config uses it. */
export interface Provided {
  get<T>(token: Token<T>): T | undefined;
  /** Every token that something was provided under. */
  readonly tokens: readonly Token<unknown>[];
  /** Runs what the plugin asked to be run when its project is disposed. */
  release(): Promise<void>;
}

/** Sets a plugin up in a project of its own. @throws ModalkitError PLUGIN when it is no plugin or asks for a foreign service */
export function providedBy(plugin: Plugin, slot: string): Provided {
  if (!isPlugin(plugin))
    broken('`plugin` is no plugin: pass what the factory made with definePlugin returns, as in `thermal({ … })`.');
  const made = new Map<symbol, () => unknown>();
  const tokens: Token<unknown>[] = [];
  const releases: (() => void | Promise<void>)[] = [];
  const register = <T>(token: Token<T>, factory: () => T) => {
    let value: { readonly is: T } | undefined;
    made.set(token.key, () => {
      value ??= { is: factory() };
      return value.is;
    });
  };
  const get = <T>(token: Token<T>) => made.get(token.key)?.() as T | undefined;
  const scope: Scope = {
    slot,
    provide: (token, factory) => {
      tokens.push(token);
      register(token, factory);
    },
    keep: register,
    get: (token) => get(token) ?? broken(`${plugin.id}: setup asks for "${token.name}", which it does not provide.`),
    onDispose: (release) => {
      releases.push(release);
    },
  };
  plugin.setup(scope);
  return {
    get,
    tokens,
    release: async () => {
      for (const release of releases.splice(0).reverse()) await release();
    },
  };
}
