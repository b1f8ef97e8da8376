import { CONTRACT, DATA_SOURCE, definePlugin, type Sample } from '@modalkit/contract';

/** Samples from memory. */
export const memory = definePlugin((samples: readonly Sample[] = []) => ({
  id: 'test-memory',
  contract: CONTRACT,
  setup: (scope) =>
    scope.provide(DATA_SOURCE, () => ({
      id: 'test-memory',
      options: null,
      load: async () => ({ root: '/', samples, rejected: [] }),
    })),
}));
