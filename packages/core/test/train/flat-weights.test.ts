import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { flatWeights } from '../../src/train/flat-weights.js';
import type { WeightSpec } from '../../src/train/weight-spec.js';

/** A weight whose numbers are 0, 1, 2 … */
function entry(name: string, shape: number[]) {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const spec = { name, shape } as unknown as WeightSpec;
  return { spec, variable: tf.variable(tf.reshape(tf.range(0, size, 1, 'float32'), shape)) };
}

it('small weights share a vector, a large one is a part of its own, with one number a weight beside it', () => {
  const flat = flatWeights(tf, [entry('bias', [3]), entry('table', [256, 256]), entry('scale', [2])]);
  expect(flat.specs.map(({ name }) => name)).toEqual(['bias', 'scale', 'table']);
  expect(flat.parts.map(({ from, to, shape }) => [from, to, shape])).toEqual([
    [0, 2, [5]],
    [2, 3, [256, 256]],
  ]);
  const joined = flat.parts.map(({ from, to, join }) => join(flat.variables.slice(from, to)));
  expect([...joined[0]!.dataSync()]).toEqual([0, 1, 2, 0, 1]);
  expect(joined[1]).toBe(flat.variables[2]);
  expect(flat.parts.flatMap(({ split }, part) => split(joined[part]!)).map(({ shape }) => shape)).toEqual([
    [3],
    [2],
    [256, 256],
  ]);
  const expanded = flat.expand([tf.tensor1d([7, 8, 9]), tf.tensor1d([0, 1, 2])]);
  expect(expanded.map((part) => part.map((tensor) => [...tensor.dataSync()]))).toEqual([
    [
      [7, 7, 7, 8, 8],
      [0, 0, 0, 1, 1],
    ],
    [[9], [2]],
  ]);
  expect(flat.parts.map(({ join }) => join([null, null]).shape)).toEqual([[5], [256, 256]]);
});
