import { ADAPTER, CONTRACT, definePlugin, type Plugin, type Schema } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { type DigitsAdapter, digitsAdapter } from './digits-adapter.js';
import { type DigitsOptions, digitsOptions } from './digits-options.js';

/** The plugin of an adapter made from the good one. */
export function digitsPlugin(
  change: (good: DigitsAdapter) => object = () => ({}),
  schema: Schema<DigitsOptions> = digitsOptions,
): Plugin {
  const factory = definePlugin((options: object = {}) => {
    const parsed = parseOptions(schema, options, 'digits');
    return {
      id: 'digits',
      contract: CONTRACT,
      setup: (scope) =>
        scope.provide(ADAPTER, () => {
          const good = digitsAdapter(parsed);
          return { ...good, ...change(good) };
        }),
    };
  });
  return factory({ width: 6 });
}
