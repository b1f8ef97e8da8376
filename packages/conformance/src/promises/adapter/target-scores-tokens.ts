import type { Adapter } from '@modalkit/contract';
import type { AdapterBench } from '../../adapter-bench.js';
import { broken, type Promised } from '../../promised.js';
import { tidied } from '../../seen.js';

export const targetScoresTokens: Promised<Adapter, AdapterBench> = {
  id: 'target-scores-tokens',
  title: 'target scores tokens of the joint space, and embeds its classes there',
  leftOut: ({ target }) => (target ? undefined : 'it has no target'),
  check({ adapter: { target }, state, tf, prepared, batch, run, model: { step } }) {
    if (!target) return;
    tidied(tf, () => {
      const { values, target: ids } = run(batch(prepared)).aligned;
      const [rows, tokens, width] = values.shape as [number, number, number];
      const last = target.kind === 'classes' ? target.classes(state) : target.width;
      const scores = target.score(values, step);
      if (String(scores.shape) !== String([rows, tokens, last]))
        broken(`target.score gives [${scores.shape}]; it must be [${rows},${tokens},${last}].`);
      if (target.kind !== 'classes') return;
      const embedded = target.embed(ids!, step);
      if (String(embedded.shape) !== String([rows, tokens, width]))
        broken(
          `target.embed gives [${embedded.shape}]; it must be [${rows},${tokens},${width}], the width of the space.`,
        );
    });
  },
};
