import type { ObjectiveLoss, Tensor, Term, Tf } from '@modalkit/contract';
import { mapValues } from '../compose/map-values.js';
import type { Model } from './model.js';

type Tensors = Readonly<Record<string, Tensor>>;
type Terms = Readonly<Record<string, Term>>;

/** Means by `<objective>/<term>`; a term with count 0 is 0. @param counts what is divided by; the terms' own when left out */
export function meansOf(tf: Tf, terms: Terms, counts?: Tensors): Record<string, Tensor> {
  return mapValues(terms, ({ sum, count }, name) => tf.div(sum, tf.maximum(counts?.[name] ?? count, 1)));
}

/** An objective is the mean of its terms. */
export function meanOfTerms(tf: Tf, own: Terms, counts?: Tensors): Tensor {
  const losses = Object.fromEntries(Object.entries(own).filter(([, { onlyMeasured }]) => !onlyMeasured));
  return tf.mean(tf.stack(Object.values(meansOf(tf, losses, counts))));
}

/** Each objective's mean, and its share of what counts in the whole step. */
export function objectiveLosses(
  { runtime, backend: { tf } }: Model,
  terms: Terms,
  counts?: Tensors,
): Record<string, ObjectiveLoss> {
  return mapValues(runtime.objectives, ({ weight }, name) => {
    const own = Object.fromEntries(
      Object.entries(terms).filter(([term, { onlyMeasured }]) => term.startsWith(`${name}/`) && !onlyMeasured),
    );
    const counted = tf.addN(Object.values(own).map(({ count }) => count));
    const all = counts ? tf.addN(Object.keys(own).map((term) => counts[term]!)) : counted;
    return { mean: meanOfTerms(tf, own, counts), weight, share: tf.divNoNan(counted, all) };
  });
}
