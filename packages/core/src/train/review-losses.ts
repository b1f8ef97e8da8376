import { forward, score } from './forward.js';
import type { Model } from './model.js';
import type { OpenData } from './open-data.js';
import { type SomeBatches, someBatches } from './some-batches.js';
import { BALANCER_WEIGHTS } from './trainable.js';

/**
 * Shows the balancer the mean losses on samples that are trained on and on held-out ones, and puts what it makes of them into its
 * weights. Nothing where it doesn't ask.
 * @returns what is told in the log
 */
export async function reviewLosses(model: Model, { loader, scan }: OpenData): Promise<string | undefined> {
  const { balancer, objectives, config } = model.runtime;
  const { review } = balancer;
  if (!review) return undefined;
  const lossesOf = (split: string) =>
    meanLosses(model, someBatches(model, loader, scan.splits[split]!.samples, review.samples));
  const trained = await lossesOf(config.train.split);
  const heldOut = await lossesOf(review.split ?? config.train.evaluationSplit);
  const own = [...model.weights.values()].filter(
    ({ spec }) => spec.name.startsWith(BALANCER_WEIGHTS) && !spec.trainable,
  );
  const named = own.map((weight) => ({ ...weight, name: weight.spec.name.slice(BALANCER_WEIGHTS.length) }));
  const before = Object.fromEntries(named.map(({ name, variable }) => [name, variable.dataSync() as Float32Array]));
  const { state, sentence } = review.next({ trained, heldOut }, before, Object.keys(objectives));
  const { tf } = model.backend;
  for (const { name, spec, variable } of named)
    if (state[name]) tf.tidy(() => variable.assign(tf.tensor(state[name]!, [...spec.shape], 'float32') as never));
  return sentence;
}

/** The mean of each objective's terms over all samples, without its weight; NaN where nothing counts. */
async function meanLosses(model: Model, batches: SomeBatches): Promise<number[]> {
  const { tf } = model.backend;
  const sums = new Map<string, { sum: number; count: number }>();
  for await (const { batch } of batches) {
    const terms = tf.tidy(() => score(model, batch, forward(model, batch, { training: false })) as never) as ReturnType<
      typeof score
    >;
    for (const [name, { sum, count, onlyMeasured }] of Object.entries(terms)) {
      if (onlyMeasured) continue;
      const known = sums.get(name) ?? { sum: 0, count: 0 };
      sums.set(name, { sum: known.sum + (await sum.data())[0]!, count: known.count + (await count.data())[0]! });
    }
    tf.dispose(terms as never);
  }
  return Object.keys(model.runtime.objectives).map((objective) => {
    const means = [...sums].flatMap(([name, { sum, count }]) =>
      name.startsWith(`${objective}/`) && count > 0 ? [sum / count] : [],
    );
    return means.reduce((a, b) => a + b, 0) / means.length;
  });
}
