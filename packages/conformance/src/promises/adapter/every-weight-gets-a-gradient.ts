import type { Adapter } from '@modalkit/contract';
import { gradientsByName } from '@modalkit/toolkit/testing';
import type { AdapterBench } from '../../adapter-bench.js';
import { adapterLoss } from '../../adapter-loss.js';
import { broken, type Promised } from '../../promised.js';

export const everyWeightGetsAGradient: Promised<Adapter, AdapterBench> = {
  id: 'every-weight-gets-a-gradient',
  title: 'every weight that trains gets a gradient',
  check(bench) {
    const { tf, model } = bench;
    const trained = new Map([...model.weights].filter(([, { trainable }]) => trainable));
    const gradients = gradientsByName(tf, trained, adapterLoss(bench));
    for (const [name, { rank }] of trained) {
      const gradient = gradients.get(name);
      if (!gradient || (rank > 1 && gradient.every((value) => value === 0)))
        broken(`The weight "${name}" gets no gradient: use it, declare it { trainable: false }, or do not declare it.`);
    }
  },
};
