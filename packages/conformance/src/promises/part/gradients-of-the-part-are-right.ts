import { gradientsByName, numericGradientCheck } from '@modalkit/toolkit/testing';
import type { ModelPart, PartBench } from '../../part-bench.js';
import { partLoss } from '../../part-loss.js';
import { broken, type Promised, sayOf } from '../../promised.js';

export const gradientsOfThePartAreRight: Promised<ModelPart, PartBench> = {
  id: 'gradients-of-the-part-are-right',
  title: 'gradients of its weights and of its inputs are those that differences give',
  leftOut: ({ fits }) => (fits ? 'it learns by measuring, after training' : undefined),
  check(bench) {
    const { tf } = bench;
    const { variables, loss, dispose } = partLoss(bench, true);
    try {
      const connected = gradientsByName(tf, variables, loss);
      const options = { delta: [0.003, 0.01, 0.001, 0.0003], entries: 2, tolerance: 0.05 };
      numericGradientCheck(tf, new Map([...variables].filter(([name]) => connected.has(name))), loss, options);
    } catch (error) {
      broken(`${sayOf(error)} An operation without a right gradient is in the way: look at tf.customGrad.`, error);
    } finally {
      dispose();
    }
  },
};
