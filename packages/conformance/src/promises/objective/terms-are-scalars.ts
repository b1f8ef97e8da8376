import { OBJECTIVE } from '@modalkit/contract';
import type { ModelPart, PartBench } from '../../part-bench.js';
import { broken, type Promised } from '../../promised.js';
import { tidied } from '../../seen.js';

export const termsAreScalars: Promised<ModelPart, PartBench> = {
  id: 'terms-are-scalars',
  title: 'each term is a sum and a count, both float32 scalars',
  check({ provided, tf, batch, model: { step } }) {
    tidied(tf, () => {
      for (const [name, term] of Object.entries(provided.get(OBJECTIVE)!.terms(batch().view, step)))
        for (const field of ['sum', 'count'] as const)
          if (term[field]?.rank !== 0 || term[field].dtype !== 'float32')
            broken(
              `The ${field} of the term "${name}" is ${term[field]?.dtype} [${term[field]?.shape}]; it must be a float32 scalar.`,
            );
    });
  },
};
