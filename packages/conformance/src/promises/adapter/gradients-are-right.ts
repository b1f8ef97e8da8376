import type { Adapter } from '@modalkit/contract';
import { gradientsByName, numericGradientCheck } from '@modalkit/toolkit/testing';
import type { AdapterBench } from '../../adapter-bench.js';
import { adapterLoss } from '../../adapter-loss.js';
import { broken, type Promised, sayOf } from '../../promised.js';

export const gradientsAreRight: Promised<Adapter, AdapterBench> = {
  id: 'gradients-are-right',
  title: 'gradients of weights are those that differences give',
  check(bench) {
    const { tf, model } = bench;
    const loss = adapterLoss(bench);
    const trained = new Map([...model.weights].filter(([, { trainable }]) => trainable));
    // A weight without a gradient is another promise's: every-weight-gets-a-gradient.
    const connected = gradientsByName(tf, trained, loss);
    try {
      numericGradientCheck(tf, new Map([...trained].filter(([name]) => connected.has(name))), loss, {
        delta: [0.003, 0.01, 0.001, 0.0003],
        entries: 2,
        tolerance: 0.05,
      });
    } catch (error) {
      broken(
        `${sayOf(error)} An operation without a right gradient is in the way: look at tf.customGrad, and at what is not differentiable.`,
        error,
      );
    }
  },
};
