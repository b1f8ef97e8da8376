import { CONTRACT, definePlugin, OBJECTIVE, type Objective, type Tensor, type Term, type Tf } from '@modalkit/contract';
import { l2Normalise, parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { name, version } from '../package.json';

const optionsSchema = z.strictObject({
  /** Two inputs that belong together. */
  pair: z.tuple([z.string().min(1), z.string().min(1)]),
  /** By how much a sample's own pair is to be closer than others, in cosine. */
  margin: z.number().min(0).max(2).default(0.2),
  /** Factor in the total loss. */
  weight: z.number().min(0).default(1),
});

export type __modality__ObjectiveOptions = z.input<typeof optionsSchema>;

/**
 * Pairwise ranking (Kiros et al. 2014): with s_ij the cosine of the first input of sample i and the second of sample j, the
 * loss of sample i is the sum over j ≠ i of max(0, margin - s_ii + s_ij), over samples that have both inputs.
 * @throws ModalkitError OPTIONS that names each wrong option
 */
export const __modality__Objective = definePlugin((options: __modality__ObjectiveOptions) => {
  const parsed = parseOptions(optionsSchema, options, name);
  return {
    id: name,
    contract: CONTRACT,
    version,
    setup: (scope) => scope.provide(OBJECTIVE, () => objectiveOf(parsed)),
  };
});

function objectiveOf(options: z.output<typeof optionsSchema>): Objective {
  const { pair, margin, weight } = options;
  const [one, other] = pair;
  return {
    id: name,
    options,
    weight,
    inputs: pair,
    acrossBatch: true,
    terms({ inputs }, { tf }) {
      const [a, b] = [inputs[one]!, inputs[other]!];
      const both = tf.cast(tf.logicalAnd(a.present, b.present), 'float32');
      const cosines = tf.matMul(l2Normalise(tf, a.pooled) as never, l2Normalise(tf, b.pooled) as never, false, true);
      return { [`${one}->${other}`]: ranked(tf, cosines, both, margin) };
    },
  };
}

/** The term of `cosines [batch, batch]`; `both [batch]` is 1 where a sample counts. */
function ranked(tf: Tf, cosines: Tensor, both: Tensor, margin: number): Term {
  const own = tf.eye(both.shape[0]!);
  const closeness = tf.sum(tf.mul(cosines, own), 1, true);
  const short = tf.relu(tf.add(tf.sub(cosines, closeness), margin));
  const others = tf.mul(tf.sub(1, own), tf.mul(tf.expandDims(both, 0), tf.expandDims(both, 1)));
  return { sum: tf.sum(tf.mul(short, others)), count: tf.sum(both) };
}
