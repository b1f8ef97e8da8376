import { CONTRACT, HEAD, type Head, type PluginDefinition } from '@modalkit/contract';

/** The plugin of a head that learns from one column: its own name in the config unless `target` names another. */
export function targetedHead<Options extends { readonly target?: string }>(
  id: string,
  options: Options,
  headOf: (options: Options & { readonly target: string }) => Head,
): PluginDefinition {
  return {
    id,
    contract: CONTRACT,
    setup: (scope) => {
      const target = options.target ?? scope.slot.slice(scope.slot.indexOf('/') + 1);
      scope.provide(HEAD, () => headOf({ ...options, target }));
    },
  };
}
