import { type ModelView, OBJECTIVE, type Plugin, type Tensor, type Term } from '@modalkit/contract';
import { createTestModel } from '@modalkit/toolkit/testing';
import { partOf } from '../fusion/part-of.js';
import { tf } from '../fusion/tf.js';

/** Rows `[B][D]` of an input's pooled vectors; null is an absent sample. */
export type Rows = readonly (readonly number[] | null)[];

interface ViewParts {
  readonly pooled?: Readonly<Record<string, Rows | Tensor>>;
  readonly targets?: Readonly<Record<string, readonly (number | null)[]>>;
  readonly outputs?: Readonly<Record<string, Tensor>>;
}

export function viewOf({ pooled = {}, targets = {}, outputs = {} }: ViewParts): ModelView {
  const inputs = Object.entries(pooled).map(([name, rows]) => [name, inputView(rows)]);
  const columns = Object.entries(targets).map(([name, values]) => [
    name,
    {
      values: tf.tensor1d(
        values.map((value) => value ?? 0),
        'int32',
      ),
      valid: tf.tensor1d(
        values.map((value) => value !== null),
        'bool',
      ),
    },
  ]);
  return { inputs: Object.fromEntries(inputs), targets: Object.fromEntries(columns), outputs };
}

function inputView(rows: Rows | Tensor) {
  if (rows instanceof tf.Tensor) return { pooled: rows, present: tf.cast(tf.fill([rows.shape[0]!], 1), 'bool') };
  const width = rows.find((row) => row !== null)?.length ?? 2;
  return {
    pooled: tf.tensor2d(rows.map((row) => [...(row ?? new Array(width).fill(0))])),
    present: tf.tensor1d(
      rows.map((row) => row !== null),
      'bool',
    ),
  };
}

export interface MeasuredTerm {
  readonly sum: number;
  readonly count: number;
}

/** An objective with its weights in a model of the given inputs. */
export function objectiveModel(plugin: Plugin, inputs: readonly string[] = ['a', 'b']) {
  const objective = partOf(plugin, OBJECTIVE, 'objectives/loss');
  const { init, step, weights } = createTestModel({ tf, state: undefined });
  objective.init?.(init, inputs);
  const terms = (view: ModelView) => objective.terms(view, step);
  /** The terms as numbers. */
  const measure = (view: ModelView): Record<string, MeasuredTerm> =>
    Object.fromEntries(
      Object.entries(terms(view)).map(([name, { sum, count }]) => [
        name,
        { sum: sum.dataSync()[0]!, count: count.dataSync()[0]! },
      ]),
    );
  /** The sum of the means of those that are part of the loss. */
  const total = (view: ModelView): Tensor =>
    Object.values(terms(view))
      .filter(({ onlyMeasured }) => !onlyMeasured)
      .map(({ sum, count }: Term) => tf.div(sum, tf.maximum(count, 1)))
      .reduce((a, b) => tf.add(a, b));
  /** How many tensors a pass with gradients leaves, once the first has been. */
  const leftBehind = (view: ModelView): number => {
    const pass = () =>
      tf.tidy(() => tf.dispose(tf.variableGrads((() => total(view)) as never, [...weights.values()]).grads));
    pass();
    const before = tf.memory().numTensors;
    pass();
    return tf.memory().numTensors - before;
  };
  return { objective, weights, terms, measure, total, leftBehind };
}
