import type { Plugin, Token } from '@modalkit/contract';

/** What a plugin provides under a token when the config uses it at `slot`. */
export function partOf<T>(plugin: Plugin, token: Token<T>, slot = 'fusion'): T {
  let made: (() => unknown) | undefined;
  plugin.setup({
    slot,
    provide: (provided, factory) => {
      if (provided.key === token.key) made = factory;
    },
    keep: () => {},
    get: () => {
      throw new Error('no services here');
    },
    onDispose: () => {},
  });
  return made!() as T;
}
