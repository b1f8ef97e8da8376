import type { BatchTensors, StepContext, Tensor } from '@modalkit/contract';
import type { AdapterBench } from './adapter-bench.js';
import { policiesOf } from './masks.js';
import { type Recording, record } from './record.js';
import { tidied } from './seen.js';

/** What mask, encode, align and scoring of these rows do in training, gradients included: what a captured step would hold. */
export function recordAdapter(bench: AdapterBench, rows: readonly (unknown | undefined)[]): Recording {
  const { adapter, tf, batch, model } = bench;
  const step = model.stepAt({ training: true });
  const trained = [...model.weights.values()].filter(({ trainable }) => trainable);
  return tidied(tf, () => {
    const arrays = batch(rows);
    const loss = () => {
      const aligned = adapter.align(
        adapter.encode(arrays, { hidden: hiddenOf(bench, arrays, step) }, step),
        step.space,
        step,
      );
      const scores = adapter.target ? [adapter.target.score(aligned.values, step)] : [];
      return tf.addN([aligned.values, aligned.pooled, ...scores].map((part) => tf.mean(part)));
    };
    const feeds = { ...arrays, ...Object.fromEntries(model.weights) } as Record<string, Tensor>;
    return record(tf, feeds, () => (trained.length > 0 ? tf.variableGrads(loss as never, trained) : loss()));
  });
}

function hiddenOf({ adapter, tf }: AdapterBench, { valid, time, box, order }: BatchTensors, step: StepContext): Tensor {
  const [policy] = policiesOf(adapter, 0.5);
  return policy ? adapter.mask({ valid, position: { time, box, order } }, policy, step) : tf.zerosLike(valid);
}
