import type { HostArray, Tensor } from '@modalkit/contract';
import type { Runtime } from '../compose/index.js';
import { namesMatching } from './match-pattern.js';
import type { Model } from './model.js';
import type { TrainOptions } from './train-options.js';
import type { WeightSpec, WeightSpecs } from './weight-spec.js';

/** What the names of low-rank weights begin with. */
export const LOW_RANK = 'lora/';

/** The name of a weight without `lora/`: whose it is can be read off it. */
export function baseName(name: string): string {
  return name.startsWith(LOW_RANK) ? name.slice(LOW_RANK.length) : name;
}

/**
 * Low-rank adaptation (LoRA, Hu et al. 2021): a matching weight W, seen as a matrix `[in, out]` with all of its extents but the last as
 * `in`, is frozen, and the model uses W + (alpha / rank) D U in its place. Trained are D `[in, rank]`, which begins at random, and U
 * `[rank, out]`, which begins as zeros: `lora/<W>/down` and `up`. `lora/<W>/scale` `[1]` is alpha / rank. A small matrix
 * has no more than its own rank; of several rules that match the last counts; vectors and what is never trained are left as they are.
 * @throws ModalkitError CONFIG when a pattern matches no matrix
 */
export function addLowRank(specs: WeightSpecs, rules: TrainOptions['lora']): void {
  const matrices = [...specs.values()]
    .filter(({ shape, trainable }) => trainable && shape.length > 1)
    .map(({ name }) => name);
  const chosen = new Map<string, { rank: number; alpha: number }>();
  for (const { weights, rank, alpha = rank } of rules)
    for (const name of namesMatching('train.lora', weights, matrices)) chosen.set(name, { rank, alpha });
  for (const [name, { rank: asked, alpha }] of chosen) {
    const base = specs.get(name)!;
    const [rows, columns] = matrixOf(base.shape);
    const rank = Math.min(asked, rows, columns);
    specs.set(name, { ...base, trainable: false });
    const add = (part: string, shape: readonly number[], more: Pick<WeightSpec, 'initialiser'> & Partial<WeightSpec>) =>
      specs.set(`${LOW_RANK}${name}/${part}`, {
        ...base,
        ...more,
        name: `${LOW_RANK}${name}/${part}`,
        shape,
        clamp: undefined,
      });
    add('down', [rows, rank], { initialiser: { kind: 'normal', std: 1 / Math.sqrt(rows) } });
    add('up', [rank, columns], { initialiser: { kind: 'zeros' } });
    add('scale', [1], { initialiser: { kind: 'constant', value: alpha / asked }, trainable: false });
  }
}

function matrixOf(shape: readonly number[]): [number, number] {
  return [shape.slice(0, -1).reduce((product, extent) => product * extent, 1), shape.at(-1)!];
}

/** Reads weights as the model uses them: an adapted one with what is added to it. */
export function weightReader({ weights, backend: { tf } }: Model): (name: string) => Tensor | undefined {
  return (name) => {
    const base = weights.get(name)?.variable;
    const [down, up, scale] = ['down', 'up', 'scale'].map(
      (part) => weights.get(`${LOW_RANK}${name}/${part}`)?.variable,
    );
    if (!base || !down || !up || !scale) return base;
    const change = tf.mul(tf.matMul(down as never, up as never), scale);
    return tf.add(base, tf.reshape(change, base.shape));
  };
}

/** Weights by name with what was added to them in place: those of the same model without low-rank weights. */
export function mergeLowRank(weights: ReadonlyMap<string, HostArray>): Map<string, HostArray> {
  const merged = new Map([...weights].filter(([name]) => !name.startsWith(LOW_RANK)));
  for (const [name, base] of merged) {
    const [down, up, scale] = ['down', 'up', 'scale'].map((part) => weights.get(`${LOW_RANK}${name}/${part}`));
    if (down && up && scale) merged.set(name, { ...base, data: added(base, down, up, scale.data[0]!) });
  }
  return merged;
}

function added(base: HostArray, down: HostArray, up: HostArray, scale: number): Float32Array {
  const [rank, columns] = up.shape as [number, number];
  return Float32Array.from(base.data, (value, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    let change = 0;
    for (let k = 0; k < rank; k++) change += down.data[row * rank + k]! * up.data[k * columns + column]!;
    return value + scale * change;
  });
}

/** The project of merged weights, to be asked and not to be trained: without what names weights that are gone. */
export function withoutLowRank(runtime: Runtime): Runtime {
  const { config } = runtime;
  if (config.train.lora.length === 0) return runtime;
  const nothing = { lora: [], freeze: [], learningRates: {}, weightDecays: {}, layerDecays: {} };
  return { ...runtime, config: { ...config, train: { ...config.train, ...nothing } } };
}
