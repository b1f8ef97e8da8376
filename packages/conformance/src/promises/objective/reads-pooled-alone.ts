import type { InputView } from '@modalkit/contract';
import type { MadeBatch } from '../../made-batch.js';
import type { ModelPart, PartBench } from '../../part-bench.js';
import { resultsOf, resultThatDiffers } from '../../part-results.js';
import { broken, type Promised } from '../../promised.js';

export const readsPooledAlone: Promised<ModelPart, PartBench> = {
  id: 'reads-pooled-alone',
  title: 'its terms follow from pooled vectors, presence and targets',
  leftOut: ({ fromPooled }) => (fromPooled ? undefined : 'it does not declare `fromPooled`'),
  check(bench) {
    const bare = { ...bench, run: (batch: MadeBatch) => bench.run({ ...batch, view: pooledAlone(batch) }) };
    const differs = resultThatDiffers(
      resultsOf(bench),
      withoutMore(() => resultsOf(bare)),
    );
    if (differs) broken(`"${differs}" is another when it sees pooled vectors alone: take \`fromPooled\` out.`);
  },
};

/** The batch as cached gradients show it to an objective. */
function pooledAlone({ view: { inputs, targets } }: MadeBatch): MadeBatch['view'] {
  const seen = Object.entries(inputs).map(([name, { pooled, present }]) => [name, { pooled, present } as InputView]);
  return { inputs: Object.fromEntries(seen), targets, outputs: {} };
}

function withoutMore<T>(look: () => T): T {
  try {
    return look();
  } catch (error) {
    return broken(
      `It declares \`fromPooled\` and reads more than pooled vectors, presence and targets: ${(error as Error).message}`,
    );
  }
}
