import type { ModelView, Tensor, Term, Tf } from '@modalkit/contract';
import { countedTerm } from './counted-term.js';
import { headOutput } from './head-output.js';
import { targetOf } from './target-of.js';

/** What a `locate` head says of a batch, beside the right boxes. */
export interface LocatedSamples {
  /** `[B,4]`. */
  readonly right: Tensor;
  /** `[B,T]` bool: regions of samples that have picture and phrase. */
  readonly valid: Tensor;
  output(name: string): Tensor;
  /** A term of what each sample costs `[B]`, over those that have picture, phrase and box. */
  term(costs: Tensor): Term;
}

/** @throws ModalkitError COMPOSE when the head is no `locate` head */
export function locatedSamples(tf: Tf, who: string, view: ModelView, head: string, target = head): LocatedSamples {
  const output = (name: string) => headOutput(who, view, head, name, 'a `locate` head');
  const valid = tf.cast(output('valid'), 'bool');
  const { values, valid: given } = targetOf(who, view, target);
  const known = tf.cast(tf.logicalAnd(given, tf.any(valid, 1)), 'float32');
  return { right: values, valid, output, term: (costs) => countedTerm(tf, costs, known) };
}
