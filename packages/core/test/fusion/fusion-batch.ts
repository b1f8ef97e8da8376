import { FUSION, type Fusion, type FusionInput, type Plugin, type Tensor } from '@modalkit/contract';
import { hostRandom } from '@modalkit/toolkit';
import { createTestModel } from '@modalkit/toolkit/testing';
import { partOf } from './part-of.js';
import { tf } from './tf.js';

export const WIDTH = 8;

/** `[shape]` float32 in [-1, 1), a function of the name. */
export function noise(name: string, shape: number[]): Tensor {
  const random = hostRandom(1, 0, name);
  const size = shape.reduce((product, extent) => product * extent, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, (_, index) => 2 * random.uniform('value', index) - 1),
    shape,
  );
}

/** An input whose sample i has `lengths[i]` valid tokens of `tokens`, half a second each; 0 is an absent sample. */
export function inputOf(name: string, lengths: number[], tokens: number, values?: Tensor): FusionInput {
  const rank = tf.range(0, tokens);
  const valid = tf.less(tf.expandDims(rank, 0), tf.expandDims(tf.tensor1d(lengths), 1));
  const present = tf.greater(tf.tensor1d(lengths), 0);
  const pooled = tf.mul(
    noise(`${name}/pooled`, [lengths.length, WIDTH]),
    tf.expandDims(tf.cast(present, 'float32'), 1),
  );
  return {
    name,
    values: values ?? noise(name, [lengths.length, tokens, WIDTH]),
    valid,
    hidden: tf.zerosLike(valid),
    present,
    position: {
      time: tf.tile(tf.expandDims(tf.mul(tf.stack([rank, tf.add(rank, 1)], 1), 0.5), 0), [lengths.length, 1, 1]),
    },
    pooled,
  };
}

export interface FusionModel {
  readonly fusion: Fusion;
  readonly weights: ReturnType<typeof createTestModel>['weights'];
  fuse(inputs: readonly FusionInput[]): ReturnType<Fusion['fuse']>;
}

/** A fusion with its weights; every zero gate is opened so that all paths carry signal. */
export function fusionModel(plugin: Plugin, names: readonly string[], gate = 0.5): FusionModel {
  const fusion = partOf(plugin, FUSION);
  const { init, step, weights } = createTestModel({ tf, state: undefined, width: WIDTH });
  fusion.init(names, init);
  for (const [name, weight] of weights) if (name.endsWith('Gate')) weight.assign(tf.scalar(gate));
  return { fusion, weights, fuse: (inputs) => fusion.fuse(inputs, step) };
}
