import type { Tensor, Tf } from '@modalkit/contract';
import { expect, test } from 'vitest';
import { jsBackend } from '../src/js-backend.js';
import { missingKernels, recordKernels } from '../src/record-kernels.js';
import { wasmBackend } from '../src/wasm-backend.js';

/** Gradient of the sum of looked-up rows: each row of the table counts how often it was looked up. */
function embeddingGradient(tf: Tf): number[] {
  return tf.tidy(() => {
    const table = tf.ones([4, 2]);
    const look = (t: Tensor) => tf.sum(tf.gather(t, tf.tensor2d([[1, 1, 3]], undefined, 'int32')));
    return [...tf.grad(look)(table).dataSync()];
  });
}

function convolutionStep(tf: Tf) {
  return tf.tidy(() => {
    const image = tf.ones([1, 5, 5, 1]) as never;
    const look = (filter: Tensor) => tf.sum(tf.conv2d(image, filter as never, 1, 'same'));
    return tf.grad(look)(tf.ones([3, 3, 1, 2])).shape;
  });
}

test('kernels of a step are recorded, gradients included, and the engine is left as it was', async () => {
  const { tf } = await jsBackend();
  const runKernel = tf.engine().runKernel;
  const { result, kernels } = recordKernels(tf, () => convolutionStep(tf));
  expect(result).toEqual([3, 3, 1, 2]);
  expect([...kernels]).toEqual(expect.arrayContaining(['Conv2D', 'Conv2DBackpropFilter', 'Sum']));
  expect(kernels.has('MatMul')).toBe(false);
  expect(tf.engine().runKernel).toBe(runKernel);
  expect(missingKernels(kernels, tf)).toEqual([]);
  expect(() =>
    recordKernels(tf, () => {
      throw new Error('inside');
    }),
  ).toThrow('inside');
  expect(tf.engine().runKernel).toBe(runKernel);
});

test('wasm is told to lack the gradient of a convolution, and it does', async () => {
  const js = await jsBackend();
  const { kernels } = recordKernels(js.tf, () => convolutionStep(js.tf));
  const { tf } = await wasmBackend();
  expect(missingKernels(kernels, tf)).toEqual(['Conv2DBackpropFilter']);
  expect(() => convolutionStep(tf)).toThrow(/Conv2DBackpropFilter/);
});

test('an embedding and a transformer step train on wasm as on plain JS', async () => {
  const js = await jsBackend();
  const { kernels, result } = recordKernels(js.tf, () => embeddingGradient(js.tf));
  expect(kernels).toContain('UnsortedSegmentSum');
  expect(result).toEqual([0, 0, 2, 2, 0, 0, 1, 1]); // row 1 twice, row 3 once
  const recorded = recordKernels(js.tf, () => attentionStep(js.tf));
  const wasm = await wasmBackend();
  expect(missingKernels([...kernels, ...recorded.kernels], wasm.tf)).toEqual([]);
  expect(embeddingGradient(wasm.tf)).toEqual(result);
  attentionStep(wasm.tf).forEach((value, i) => {
    expect(value).toBeCloseTo(recorded.result[i]!, 5);
  });
});

test.each(['float32', 'int32', 'bool'] as const)(
  'one-hot rows of %s are the same on wasm as in plain JS',
  async (dtype) => {
    const rows = (tf: Tf) => {
      const found = tf.oneHot(tf.tensor2d([[2, 0, 5, -1]], undefined, 'int32'), 3, 1, 0, dtype);
      return { ...tf.tidy(() => ({ values: [...found.dataSync()], shape: found.shape, dtype: found.dtype })) };
    };
    const expected = { values: [0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0], shape: [1, 4, 3], dtype };
    expect(rows((await jsBackend()).tf)).toEqual(expected);
    expect(rows((await wasmBackend()).tf)).toEqual(expected);
  },
);

test('one-hot rows take other values than 1 and 0 on wasm', async () => {
  const { tf } = await wasmBackend();
  const values = tf.oneHot(tf.tensor1d([1], 'int32'), 2, 0.75, 0.25, 'float32').dataSync();
  expect([...values]).toEqual([0.25, 0.75]);
});

/** Gradient through what a transformer is made of: projection, softmax, mask, layer norm, gelu, cross-entropy. */
function attentionStep(tf: Tf): number[] {
  return tf.tidy(() => {
    const x = tf.reshape(tf.linspace(-1, 1, 12), [1, 3, 4]);
    const loss = (w: Tensor) => {
      const q = tf.matMul(tf.reshape(x, [3, 4]), w as never);
      const scores = tf.where(
        tf.greater(tf.ones([3, 3]), 0),
        tf.matMul(q as never, q as never, false, true),
        tf.scalar(-1e9),
      );
      const mixed = tf.matMul(tf.softmax(scores) as never, q as never);
      const { mean, variance } = tf.moments(mixed, -1, true);
      const normal = tf.mul(tf.sub(mixed, mean), tf.rsqrt(tf.add(variance, 1e-5)));
      const gelu = tf.mul(tf.mul(normal, 0.5), tf.add(1, tf.erf(tf.div(normal, Math.SQRT2))));
      const chosen = tf.oneHot(tf.tensor1d([0, 2, 1], 'int32'), 4);
      return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(gelu as never), chosen), -1))) as never;
    };
    return [
      ...tf
        .grad(loss)(tf.reshape(tf.linspace(0.1, 1, 16), [4, 4]))
        .dataSync(),
    ];
  });
}
