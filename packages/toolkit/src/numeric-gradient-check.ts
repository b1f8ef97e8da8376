import type { Tensor, Tf, Variable } from '@modalkit/contract';
import { hostRandom } from './host-random.js';

export interface GradientCheckOptions {
  /** Largest relative difference; default 0.02. */
  readonly tolerance?: number;
  /** Half the distance of the central difference; default 0.01. Of several, the one that agrees best counts: kinks are near some. */
  readonly delta?: number | readonly number[];
  /** Entries checked of each weight; default 4. */
  readonly entries?: number;
}

/**
 * Compares the gradients of a scalar loss with central differences, at a few entries of each trainable weight.
 * Differences are relative to the entry's gradient, or when that is more to a tenth of the largest of its weight or a
 * hundredth of the largest of all. Weights should be of the order of 1, the loss too: `delta` is taken as small.
 * @returns the number of compared entries and the worst relative difference
 * @throws Error that names every weight without a gradient and every entry beyond the tolerance
 */
export function numericGradientCheck(
  tf: Tf,
  weights: ReadonlyMap<string, Variable>,
  loss: () => Tensor,
  { tolerance = 0.02, delta = 0.01, entries = 4 }: GradientCheckOptions = {},
): { readonly compared: number; readonly worst: number } {
  const gradients = gradientsByName(tf, weights, loss);
  const largest = Math.max(...[...gradients.values()].map(largestOf));
  const problems: string[] = [];
  let [compared, worst] = [0, 0];
  for (const [name, weight] of weights) {
    const gradient = gradients.get(name);
    if (!weight.trainable) continue;
    if (!gradient) {
      problems.push(`${name} has no gradient`);
      continue;
    }
    const scale = Math.max(0.01 * largest, 0.1 * largestOf(gradient));
    for (const entry of sampleEntries(name, weight.size, entries)) {
      let [numeric, difference] = [Number.NaN, Number.POSITIVE_INFINITY];
      for (const each of [delta].flat()) {
        if (difference <= tolerance) break;
        const slope = centralDifference(tf, weight, entry, loss, each);
        const off = Math.abs(slope - gradient[entry]!) / Math.max(scale, Math.abs(slope));
        if (!(off >= difference)) [numeric, difference] = [slope, off];
      }
      compared += 1;
      worst = Math.max(worst, difference);
      if (!(difference <= tolerance)) problems.push(`${name}[${entry}]: ${gradient[entry]}, numerically ${numeric}`);
    }
  }
  if (problems.length > 0) throw new Error(`Wrong gradients: ${problems.join('; ')}.`);
  return { compared, worst };
}

/** Gradients of a scalar loss by weight name; a weight that the loss does not depend on is left out. */
export function gradientsByName(
  tf: Tf,
  weights: ReadonlyMap<string, Variable>,
  loss: () => Tensor,
): Map<string, Float32Array> {
  if (![...weights.values()].some(({ trainable }) => trainable)) return new Map();
  return tf.tidy(() => {
    const { grads } = tf.variableGrads(loss as never, [...weights.values()]);
    const found = new Map<string, Float32Array>();
    for (const [name, weight] of weights) {
      const gradient = grads[weight.name];
      if (gradient) found.set(name, gradient.dataSync<'float32'>().slice());
    }
    return found as never;
  }) as unknown as Map<string, Float32Array>;
}

const largestOf = (values: Float32Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

function sampleEntries(name: string, count: number, entries: number): number[] {
  const random = hostRandom(0, 0, name);
  if (count <= entries) return Array.from({ length: count }, (_, index) => index);
  const drawn = Array.from({ length: entries }, (_, index) => Math.floor(random.uniform('entry', index) * count));
  return [...new Set(drawn)];
}

function centralDifference(tf: Tf, weight: Variable, entry: number, loss: () => Tensor, delta: number): number {
  const original = weight.dataSync<'float32'>().slice();
  const at = (shift: number) => {
    const moved = original.slice();
    moved[entry] = original[entry]! + shift;
    tf.tidy(() => weight.assign(tf.tensor(moved, weight.shape)));
    return tf.tidy(() => loss().dataSync<'float32'>()[0]!);
  };
  const slope = (at(delta) - at(-delta)) / (2 * delta);
  at(0);
  return slope;
}
