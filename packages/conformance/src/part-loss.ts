import type { Tensor, Variable } from '@modalkit/contract';
import type { PartBench } from './part-bench.js';
import { scalarOf } from './scalar-of.js';

/** A scalar that all results are in, and what it may depend on: weights, and the numbers of its inputs as variables. */
export interface PartLoss {
  readonly variables: ReadonlyMap<string, Variable>;
  loss(): Tensor;
  dispose(): void;
}

/** @param withInputs inputs' numbers count as variables too */
export function partLoss({ tf, model, batch, run, part }: PartBench, withInputs: boolean): PartLoss {
  const trained = [...model.weights].filter(([, { trainable }]) => trainable);
  const leaves = new Map<string, Variable>();
  const leaf = (name: string, tensor: Tensor): Tensor => {
    if (!withInputs || tensor.dtype !== 'float32' || name.startsWith('targets/')) return tensor;
    if (!leaves.has(name)) leaves.set(name, tf.variable(tensor));
    return leaves.get(name)!;
  };
  const loss = () => scalarOf(tf, countless(part.kind, run(batch({ leaf }))));
  tf.tidy(() => void loss());
  return { variables: new Map([...trained, ...leaves]), loss, dispose: () => tf.dispose([...leaves.values()]) };
}

/** Counts have no gradient. */
function countless(kind: string, results: Readonly<Record<string, Tensor>>): Tensor[] {
  const entries = Object.entries(results).filter(([name]) => kind !== 'objective' || name.endsWith('/sum'));
  return entries.map(([, tensor]) => tensor).filter(({ dtype }) => dtype === 'float32');
}
