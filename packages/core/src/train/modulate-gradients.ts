import { ModalkitError, type Modulation, type StepContext, type Tensor } from '@modalkit/contract';
import type { FlatWeights } from './flat-weights.js';
import { baseName } from './low-rank.js';

/** Scales and shakes the gradients of inputs' own weights: g -> scale g + noise std(g) z for each weight, z from N(0, 1). */
export function modulateGradients(
  flat: FlatWeights,
  gradients: readonly Tensor[],
  modulations: Readonly<Record<string, Modulation>>,
  context: StepContext,
): Tensor[] {
  const { tf } = context;
  const own = Object.entries(modulations).map(([input, modulation]) => ({ begin: `${input}/`, modulation }));
  for (const { begin } of own) {
    if (flat.specs.some(({ name }) => baseName(name).startsWith(begin))) continue;
    const input = begin.slice(0, -1);
    throw new ModalkitError(
      'COMPOSE',
      `balancer modulates the gradient of "${input}", but no weight of its own is trained; name the input that it shares with, or take it out of \`freeze\`.`,
    );
  }
  return flat.parts.map(({ from, split, join }, part) => {
    const changed = split(gradients[part]!).map((gradient, index) => {
      const { name } = flat.specs[from + index]!;
      const found = own.find(({ begin }) => baseName(name).startsWith(begin));
      return found ? modulated(context, name, gradient, found.modulation) : gradient;
    });
    return tf.clone(join(changed));
  });
}

function modulated(context: StepContext, name: string, gradient: Tensor, { scale, noise }: Modulation): Tensor {
  const { tf } = context;
  const deviation = tf.sqrt(tf.moments(gradient).variance);
  const shaken = tf.mul(normal(context, `noise/${name}`, gradient.shape), tf.mul(deviation, noise));
  return tf.add(tf.mul(gradient, scale), shaken);
}

/** Box and Muller 1958. */
function normal({ tf, random }: StepContext, purpose: string, shape: readonly number[]): Tensor {
  const radius = tf.sqrt(tf.mul(-2, tf.log(tf.sub(1, random.uniform(`${purpose}/radius`, shape)))));
  return tf.mul(radius, tf.cos(tf.mul(2 * Math.PI, random.uniform(`${purpose}/angle`, shape))));
}
