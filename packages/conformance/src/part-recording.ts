import { ROWS } from './made-batch.js';
import type { PartBench } from './part-bench.js';
import { type Recording, record } from './record.js';
import { scalarOf } from './scalar-of.js';
import { tidied } from './seen.js';

/** What the part does in training with these samples, gradients included; in evaluation where it learns by measuring. */
export function recordPart({ part, tf, batch, model }: PartBench, rows: readonly number[] = ROWS): Recording {
  const step = model.stepAt({ training: part.fits === undefined });
  const trained = part.fits ? [] : [...model.weights.values()].filter(({ trainable }) => trainable);
  return tidied(tf, () => {
    const made = batch({ rows });
    const { view } = made;
    const more = Object.fromEntries(
      Object.entries(view.inputs).flatMap(([name, { hidden, target, position }]) =>
        Object.entries({ hidden, target, ...position }).map(([field, tensor]) => [`${name}/${field}`, tensor]),
      ),
    );
    const { spans: _, ...fused } = view.fused!;
    const feeds = { ...more, ...fused, ...made.leaves, ...Object.fromEntries(model.weights) };
    const loss = () =>
      scalarOf(
        tf,
        Object.values(part.run(made, step)).map((x) => tf.cast(x, 'float32')),
      );
    return record(tf, feeds, () => (trained.length > 0 ? tf.variableGrads(loss as never, trained) : loss()));
  });
}
