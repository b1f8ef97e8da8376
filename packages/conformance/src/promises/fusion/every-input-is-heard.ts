import { FUSION } from '@modalkit/contract';
import { differenceOf, numbersOf, ROUNDING } from '../../compare.js';
import type { ModelPart, PartBench } from '../../part-bench.js';
import { broken, type Promised } from '../../promised.js';
import { tidied } from '../../seen.js';

export const everyInputIsHeard: Promised<ModelPart, PartBench> = {
  id: 'every-input-is-heard',
  title: 'what each input holds reaches the pooled vector',
  check({ provided, tf, batch, model: { step } }) {
    const fusion = provided.get(FUSION)!;
    tidied(tf, () => {
      const inputs = Object.entries(batch().view.inputs).map(([name, input]) => ({ ...input, name }));
      const before = numbersOf(fusion.fuse(inputs, step).pooled);
      for (const { name } of inputs) {
        const turned = inputs.map((input) =>
          input.name === name ? { ...input, values: tf.neg(input.values), pooled: tf.neg(input.pooled) } : input,
        );
        if (differenceOf(numbersOf(fusion.fuse(turned, step).pooled), before) <= ROUNDING)
          broken(`What the input "${name}" holds does not reach the pooled vector.`);
      }
    });
  },
};
