import { expect, test } from 'vitest';
import { plainProducts } from '../../src/capture/plain-products.js';
import type { RecordedOp } from '../../src/capture/recording.js';
import { findNative } from '../../src/install-native.js';
import type { NativeBinding } from '../../src/native-kernels.js';
import { selectBackend } from '../../src/select-backend.js';

const binding = { TF_ATTR_TYPE: 6, TF_ATTR_BOOL: 5 } as NativeBinding;

test('a product of two matrices becomes MatMul with its transpositions; one of batches stays', () => {
  const product = (ranks: number[]): RecordedOp => ({
    op: 'BatchMatMulV2',
    attributes: [
      { name: 'T', type: 6, value: 1 },
      { name: 'adj_x', type: 5, value: true },
      { name: 'adj_y', type: 5, value: false },
    ],
    inputs: [0, 1].map((index) => ({ kind: 'feed', index })),
    inputTypes: ['float32', 'float32'],
    ranks,
  });
  const others = [product([3, 3]), { ...product([2, 2]), op: 'Add' }];
  const recording = { ops: [product([2, 2]), ...others], constants: [], results: [] };
  const { ops } = plainProducts(binding, recording);
  expect(ops.slice(1)).toEqual(others);
  expect(ops[0]).toEqual({
    ...product([2, 2]),
    op: 'MatMul',
    attributes: [
      { name: 'T', type: 6, value: 1 },
      { name: 'transpose_a', type: 5, value: true },
      { name: 'transpose_b', type: 5, value: false },
    ],
  });
});

test.runIf(await findNative())('a captured program of all four transpositions gives what it gave', async () => {
  const backend = await selectBackend();
  const { tf } = backend;
  const flags = [false, true].flatMap((a) => [false, true].map((b) => [a, b] as const));
  const run = ({ x, y }: { x: ReturnType<typeof tf.tensor2d>; y: ReturnType<typeof tf.tensor2d> }) =>
    tf.tidy(() => ({
      all: tf.stack(flags.map(([a, b]) => tf.matMul(a ? tf.transpose(x) : x, b ? tf.transpose(y) : y, a, b))),
    }));
  const inputs = { x: tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]), y: tf.tensor2d([1, 0, 2, 0, 1, 3], [3, 2]) };
  const program = backend.capture!({ name: 'trial', constants: () => ({}), run }, () => expect.fail('not captured'));
  // [1 2 3; 4 5 6] by [1 0; 2 0; 1 3].
  const product = [1 + 4 + 3, 9, 4 + 10 + 6, 18];
  expect([...program.run(inputs).all.dataSync()]).toEqual(flags.flatMap(() => product));
  program.dispose();
});
