import { expect, test } from 'vitest';
import { hiddenPoints, unfold } from '../src/unfold.js';
import { tf } from './helpers.js';

test('windows of 3 points every 2, two channels', () => {
  // Point p holds 10 p and 10 p + 1.
  const x = tf.tensor3d([0, 1, 10, 11, 20, 21, 30, 31, 40, 41], [1, 5, 2]);
  expect(unfold(tf, x, 3, 2, 2).arraySync()).toEqual([
    [
      [0, 1, 10, 11, 20, 21],
      [20, 21, 30, 31, 40, 41],
    ],
  ]);
});

test('points that lack at the end are zeros; those beyond are left out', () => {
  const x = tf.tensor3d([1, 2, 3, 4], [1, 4, 1]);
  expect(unfold(tf, x, 2, 1, 4).arraySync()).toEqual([
    [
      [1, 2],
      [2, 3],
      [3, 4],
      [4, 0],
    ],
  ]);
  expect(unfold(tf, x, 2, 2, 1).arraySync()).toEqual([[[1, 2]]]);
});

test('a stride longer than the window skips points', () => {
  const x = tf.tensor3d([1, 2, 3, 4, 5], [1, 5, 1]);
  expect(unfold(tf, x, 2, 3, 2).arraySync()).toEqual([
    [
      [1, 2],
      [4, 5],
    ],
  ]);
});

test.each([
  // Windows 0..2, 2..4, 4..6: the middle one hides points 2, 3, 4.
  [3, 2, [0, 1, 0], [0, 0, 1, 1, 1, 0, 0]],
  [2, 2, [1, 0, 1], [1, 1, 0, 0, 1, 1]],
  [2, 3, [0, 1], [0, 0, 0, 1, 1]],
  [4, 1, [1, 1, 0], [1, 1, 1, 1, 1, 0]],
])('windows of %i every %i: hidden %j covers %j', (kernel, stride, hidden, points) => {
  const mask = tf.tensor2d([hidden], undefined, 'bool');
  expect(tf.squeeze(hiddenPoints(tf, mask, kernel, stride), [0, 2]).arraySync()).toEqual(points);
});

test('a matrix product with it is a convolution', () => {
  const x = tf.reshape(tf.sin(tf.range(0, 24)), [2, 6, 2]);
  const kernel = tf.reshape(tf.cos(tf.range(0, 18)), [3, 2, 3]);
  const padded = tf.pad(x, [
    [0, 0],
    [1, 0],
    [0, 0],
  ]);
  const ours = tf.matMul(tf.reshape(unfold(tf, padded, 3, 1, 6), [12, 6]), tf.reshape(kernel, [6, 3]) as never);
  const theirs = tf.conv1d(x as never, kernel as never, 1, 'same');
  expect(tf.max(tf.abs(tf.sub(tf.reshape(theirs, [12, 3]), ours))).arraySync()).toBeLessThan(1e-5);
});
