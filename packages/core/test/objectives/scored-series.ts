import { ADAPTER, CONTRACT, definePlugin } from '@modalkit/contract';
import { initLinear, linear } from '@modalkit/toolkit';
import { seriesAdapter } from '../fixtures/series-plugin.js';

/** The made-up modality of the tests, with a target: each token's number. */
export const scoredSeries = definePlugin(() => {
  const adapter = seriesAdapter({ id: 'test-scored-series' });
  return {
    id: adapter.id,
    contract: CONTRACT,
    setup: (scope) =>
      scope.provide(ADAPTER, (): typeof adapter => ({
        ...adapter,
        init(context) {
          adapter.init(context);
          initLinear(context, 'score', context.space.width, 1);
        },
        target: { kind: 'values', width: 1, score: (tokens, context) => linear(context, 'score', tokens) },
      })),
  };
});
