import type { Tensor } from '@modalkit/contract';
import { hostRandom } from '@modalkit/toolkit';
import type { AdapterBench, Model } from './adapter-bench.js';
import { scalarOf } from './scalar-of.js';

/** A scalar that everything of the adapter is in: values, pooled, and scores where it has a target; some tokens are hidden. */
export function adapterLoss(bench: AdapterBench, model: Model = bench.model): () => Tensor {
  const { adapter, tf, prepared, collate, batch, run } = bench;
  const rows = [...prepared.slice(0, 3), undefined];
  const { data, shape } = collate(rows).valid;
  const random = hostRandom(1, 0, 'hidden');
  const flags = data.map((real, at) => Number(real && random.uniform('token', at) < 0.3));
  flags[data.indexOf(1)] = 1;
  return () => {
    const hidden = tf.tensor(flags, [...shape], 'bool');
    const { aligned } = run(batch(rows), hidden, model);
    const parts = [aligned.values, aligned.pooled];
    if (adapter.target) parts.push(adapter.target.score(aligned.values, model.step));
    if (adapter.target?.kind === 'classes') parts.push(adapter.target.embed(aligned.target!, model.step));
    return scalarOf(tf, parts);
  };
}
