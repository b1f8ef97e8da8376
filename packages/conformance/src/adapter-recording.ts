import type { Tensor } from '@modalkit/contract';
import type { AdapterBench } from './adapter-bench.js';
import { type Recording, record } from './record.js';
import { tidied } from './seen.js';

/** What mask, encode, align and scoring of these rows do in training, gradients included: what a captured step would hold. */
export function recordAdapter(bench: AdapterBench, rows: readonly (unknown | undefined)[]): Recording {
  const { adapter, tf, batch, newModel } = bench;
  const model = newModel({ training: true });
  const { step, weights } = model;
  const variables = [...weights.values()];
  try {
    return tidied(tf, () => {
      const arrays = batch(rows);
      const [policy] = adapter.supports.masks;
      const loss = () => {
        const { valid, time, box, order } = arrays;
        const hidden = policy
          ? adapter.mask(
              { valid, position: { time, box, order } },
              { kind: policy, ratio: 0.5, span: 2, block: 0.5 } as never,
              step,
            )
          : tf.zerosLike(valid);
        const aligned = adapter.align(adapter.encode(arrays, { hidden }, step), step.space, step);
        const parts = [aligned.values, aligned.pooled];
        if (adapter.target) parts.push(adapter.target.score(aligned.values, step));
        return tf.addN(parts.map((part) => tf.mean(part)));
      };
      const feeds = { ...arrays, ...Object.fromEntries(weights) } as Record<string, Tensor>;
      return record(tf, feeds, () => {
        if (variables.some(({ trainable }) => trainable))
          tf.variableGrads(
            loss as never,
            variables.filter(({ trainable }) => trainable),
          );
        else loss();
      });
    });
  } finally {
    model.dispose();
  }
}
