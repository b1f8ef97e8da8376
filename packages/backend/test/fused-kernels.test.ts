import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Backend, Tensor } from '@modalkit/contract';
import { gelu, initLayerNorm, layerNorm } from '@modalkit/toolkit';
import { createTestModel } from '@modalkit/toolkit/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { findNative } from '../src/install-native.js';
import { selectBackend } from '../src/select-backend.js';
import { builtBackend } from './built-backend.js';

const native = await findNative();
const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, value) => total + value, 0);
const numbers = (tensor: Tensor) => tensor.dataSync<'float32'>();
/** Some numbers that repeat late, from -3 to 3. */
const wave = (count: number, phase = 0) =>
  Float32Array.from({ length: count }, (_, at) => 3 * Math.sin(at * 1.7 + phase));

/** Phi(x) by Simpson's rule over the density. */
function share(x: number): number {
  const [pieces, density] = [400, (at: number) => Math.exp((-at * at) / 2) / Math.sqrt(2 * Math.PI)];
  const inner = Array.from(
    { length: pieces - 1 },
    (_, at) => density((x * (at + 1)) / pieces) * (at % 2 === 0 ? 4 : 2),
  );
  return 0.5 + (x / pieces / 3) * (density(0) + sum(inner) + density(x));
}

/** Layer normalisation of one row, in doubles. */
function normed(x: ArrayLike<number>, scale: ArrayLike<number>, offset: ArrayLike<number>, centred: boolean): number[] {
  const row = Array.from(x);
  const mean = centred ? 0 : sum(row) / row.length;
  const reciprocal = 1 / Math.sqrt(sum(row.map((value) => (value - mean) ** 2)) / row.length + 1e-5);
  return row.map((value, at) => (value - mean) * reciprocal * scale[at]! + offset[at]!);
}

function expectClose(found: ArrayLike<number>, wanted: readonly number[], within: number) {
  expect(found.length).toBe(wanted.length);
  for (const [at, value] of wanted.entries()) expect(Math.abs(found[at]! - value), `number ${at}`).toBeLessThan(within);
}

describe.runIf(native)('one operation of the native backend', () => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await selectBackend();
  });

  // Less than a vector, a vector, and more than a thread takes at a time.
  test.each([1, 7, 8, 40_003])('GELU of %i numbers is x Phi(x), its gradient Phi(x) + x phi(x)', (count) => {
    const { tf } = backend;
    expect(tf.getKernel('Gelu', 'tensorflow')).toBeDefined();
    const values = Float32Array.from({ length: count }, (_, at) => ((at % 401) - 200) / 25);
    const weights = wave(count);
    const [x, dy] = [tf.tensor1d(values), tf.tensor1d(weights)];
    const shares = Array.from({ length: 401 }, (_, at) => share((at - 200) / 25));
    expectClose(
      numbers(gelu(tf, x)),
      Array.from(values, (value, at) => value * shares[at % 401]!),
      2e-6,
    );
    const slopes = Array.from(values, (value, at) => {
      const density = Math.exp((-value * value) / 2) / Math.sqrt(2 * Math.PI);
      return (shares[at % 401]! + value * density) * weights[at]!;
    });
    expectClose(numbers(tf.grad((given: Tensor) => tf.sum(tf.mul(gelu(tf, given), dy)))(x)), slopes, 2e-6);
  });

  const shapes = [1, 5, 8, 31, 256].flatMap((width) => [1, 3, 700].map((rows) => [rows, width] as const));
  const cases = shapes.flatMap((shape) => [false, true].map((centred) => [...shape, centred] as const));
  test.each(cases)('layer normalisation of %i rows of %i numbers, centred: %s', (rows, width, centred) => {
    const { tf } = backend;
    const { init, step, weights } = createTestModel({ tf, state: undefined, seed: 1 });
    initLayerNorm(init, 'n', width);
    const [scale, offset] = [wave(width, 1), wave(width, 2)];
    weights.get('n/scale')!.assign(tf.tensor1d(scale));
    weights.get('n/offset')!.assign(tf.tensor1d(offset));
    const rowOf = (values: Float32Array, row: number) => values.subarray(row * width, (row + 1) * width);
    const [values, slopes] = [wave(rows * width), wave(rows * width, 3)];
    const of = (x: Tensor) => layerNorm(step, 'n', x, { centred });
    const x = tf.tensor2d(values, [rows, width]);
    const wanted = Array.from({ length: rows }, (_, row) => normed(rowOf(values, row), scale, offset, centred));
    expectClose(numbers(of(x)), wanted.flat(), 1e-5);

    const loss = () => tf.sum(tf.mul(of(x), tf.tensor2d(slopes, [rows, width]))) as never;
    const byWeight = tf.variableGrads(loss).grads;
    const standard = wanted.map((row) => row.map((value, at) => (value - offset[at]!) / scale[at]!));
    const column = (at: number, of: (row: number) => number) =>
      sum(Array.from({ length: rows }, (_, row) => of(row) * rowOf(slopes, row)[at]!));
    const found = (name: string) => numbers(byWeight[weights.get(name)!.name]!);
    const [scaleSlopes, offsetSlopes] = [found('n/scale'), found('n/offset')];
    const within = 3e-6 * rows + 1e-5;
    expectClose(
      scaleSlopes,
      Array.from(scale, (_, at) => column(at, (row) => standard[row]![at]!)),
      within,
    );
    expectClose(
      offsetSlopes,
      Array.from(scale, (_, at) => column(at, () => 1)),
      within,
    );

    const byInput = numbers(
      tf.grad((given: Tensor) => tf.sum(tf.mul(of(given), tf.tensor2d(slopes, [rows, width]))))(x),
    );
    const row = rows - 1;
    for (const at of [0, width - 1]) {
      const moved = (by: number) => {
        const changed = Float64Array.from(rowOf(values, row));
        changed[at]! += by;
        // Centred, what the mean would have taken off is not taken off of the gradient either.
        return sum(normed(changed, scale, offset, centred).map((value, place) => value * rowOf(slopes, row)[place]!));
      };
      const difference = (moved(1e-5) - moved(-1e-5)) / 2e-5;
      expect(Math.abs(byInput[row * width + at]! - difference)).toBeLessThan(1e-3 * Math.max(1, Math.abs(difference)));
    }
  });

  test('carries what is no number on', () => {
    const { tf } = backend;
    expect([...numbers(gelu(tf, tf.tensor1d([Number.NaN, 1])))].map(Number.isNaN)).toEqual([true, false]);
    const { init, step } = createTestModel({ tf, state: undefined, seed: 1 });
    initLayerNorm(init, 'n', 2);
    const rows = tf.tensor2d([Number.NaN, 1, 2, 3], [2, 2]);
    expect([...numbers(layerNorm(step, 'n', rows))].map(Number.isNaN)).toEqual([true, true, false, false]);
  });

  test('says of weights that do not fit what is wrong', () => {
    const { tf } = backend;
    const inputs = { x: tf.ones([2, 3]), scale: tf.ones([2]), offset: tf.ones([3]) };
    const run = () => tf.engine().runKernel('LayerNorm', inputs, { centred: false, epsilon: 1e-5 });
    expect(run).toThrow('scale and offset are not as wide as x');
  });

  test('gives the same bits by one thread and by more', async () => {
    const entry = await builtBackend('fused');
    const hashBy = (threads: number) => {
      const script = join(import.meta.dirname, 'fused-hash.mjs');
      return spawnSync(process.execPath, [script, entry, String(threads)], { encoding: 'utf8' });
    };
    const [one, more] = [hashBy(1), hashBy(3)];
    expect(one.stderr).toBe('');
    expect(one.stdout).toMatch(/^[0-9a-f]{64}\n$/);
    expect(more.stdout).toBe(one.stdout);
  });
});
