import type { Tensor } from '@modalkit/contract';
import { expect, test } from 'vitest';
import { initResidualBlock, layerNorm, residualBlock, type Stride } from '../src/index.js';
import { createTestModel } from '../src/testing.js';
import { tf } from './tf.js';

const wave = (shape: number[]): Tensor =>
  tf.sin(
    tf.reshape(
      tf.range(
        0,
        shape.reduce((a, b) => a * b),
      ),
      shape,
    ),
  );
const largest = (a: Tensor, b: Tensor) => Math.max(...tf.abs(tf.sub(a, b)).dataSync());

function build(fanIn: number, fanOut: number, stride: Stride) {
  const { init, step } = createTestModel({ tf, state: undefined, seed: 5 });
  initResidualBlock(init, 'block', fanIn, fanOut, stride);
  return step;
}

test.each([
  [
    [2, 2],
    [2, 4, 6, 3],
  ],
  [
    [2, 1],
    [1, 4, 5, 3],
  ],
  [
    [1, 2],
    [2, 4, 5, 3],
  ],
  [
    [1, 1],
    [2, 4, 6, 3],
  ],
] as [Stride, number[]][])(
  'with stride %j, %j is two convolutions beside a strided 1x1 convolution',
  (stride, shape) => {
    const step = build(3, 5, stride);
    const scope = step.scope('block');
    const convolve = (name: string, x: Tensor, by: Stride): Tensor =>
      tf.conv2d(x as never, scope.weight(`${name}/kernel`) as never, [...by], 'same');
    const x = wave(shape);
    const reduced = tf.relu(layerNorm(scope, 'reduce/norm', convolve('reduce', x, stride)));
    const refined = layerNorm(scope, 'refine/norm', convolve('refine', reduced, [1, 1]));
    // A 1x1 convolution has no padding to place: 'valid' begins at the first place and goes by the stride.
    const kernel = scope.weight('shortcut/kernel');
    const beside: Tensor = tf.conv2d(x as never, kernel as never, [...stride], 'valid');
    const ours = residualBlock(step, 'block', x, { stride });
    expect(ours.shape).toEqual(beside.shape);
    expect(largest(ours, tf.relu(tf.add(refined, beside)))).toBeLessThan(1e-6);
    expect(largest(ours, tf.relu(refined))).toBeGreaterThan(1e-2);
  },
);

test('without a change of shape the input itself is added, and no shortcut is declared', () => {
  const step = build(3, 3, [1, 1]);
  expect(() => step.scope('block').weight('shortcut/kernel')).toThrow('shortcut/kernel');
  expect(residualBlock(step, 'block', wave([1, 2, 2, 3]), { stride: [1, 1] }).shape).toEqual([1, 2, 2, 3]);
});

test('rows that stand for nothing come out as zeros and change nothing', () => {
  const step = build(3, 5, [2, 2]);
  const x = wave([1, 4, 6, 3]);
  const padded = tf.pad(x, [
    [0, 0],
    [0, 4],
    [0, 0],
    [0, 0],
  ]);
  const ones = (rows: number) => tf.ones([1, rows, 1, 1]);
  const real = tf.concat([ones(2), tf.zeros([1, 2, 1, 1])], 1);
  const out = residualBlock(step, 'block', padded, { stride: [2, 2], real });
  expect(
    largest(
      tf.slice(out, [0, 0, 0, 0], [1, 2, 3, 5]),
      residualBlock(step, 'block', x, { stride: [2, 2], real: ones(2) }),
    ),
  ).toBe(0);
  expect([...tf.slice(out, [0, 2, 0, 0], [1, 2, 3, 5]).dataSync()].every((value) => value === 0)).toBe(true);
  // Without the mask the rows beyond the edge are no zeros.
  const loose = residualBlock(step, 'block', padded, { stride: [2, 2] });
  expect(
    largest(tf.slice(loose, [0, 2, 0, 0], [1, 2, 3, 5]), tf.slice(out, [0, 2, 0, 0], [1, 2, 3, 5])),
  ).toBeGreaterThan(0);
});
