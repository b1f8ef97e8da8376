import { CONTRACT, DATA_SOURCE, definePlugin } from '@modalkit/contract';

/** A data source without samples, for a bench that makes its own. */
export const noData = definePlugin(() => ({
  id: 'bench-no-data',
  contract: CONTRACT,
  setup: (scope) =>
    scope.provide(DATA_SOURCE, () => ({
      id: 'bench-no-data',
      options: null,
      load: async () => ({ root: '/', samples: [], rejected: [] }),
    })),
}));
