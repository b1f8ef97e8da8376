import { gradientsByName } from '@modalkit/toolkit/testing';
import type { ModelPart, PartBench } from '../../part-bench.js';
import { partLoss } from '../../part-loss.js';
import { broken, type Promised } from '../../promised.js';

export const everyWeightOfThePartLearns: Promised<ModelPart, PartBench> = {
  id: 'every-weight-of-the-part-learns',
  title: 'every weight that trains gets a gradient',
  leftOut: ({ fits }) => (fits ? 'it learns by measuring, after training' : undefined),
  check(bench) {
    const { variables, loss } = partLoss(bench, false);
    const gradients = gradientsByName(bench.tf, variables, loss);
    for (const name of variables.keys())
      if (!gradients.has(name))
        broken(`The weight "${name}" gets no gradient: use it, declare it { trainable: false }, or do not declare it.`);
  },
};
