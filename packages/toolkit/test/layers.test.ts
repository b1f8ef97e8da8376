import type { InitContext, StepContext, Tensor } from '@modalkit/contract';
import { describe, expect, test } from 'vitest';
import {
  attend,
  attention,
  embedding,
  feedForward,
  gelu,
  initAttention,
  initEmbedding,
  initFeedForward,
  initLayerNorm,
  initLinear,
  initResidualBlock,
  initTransformer,
  initTransformerBlock,
  keyValues,
  l2Normalise,
  layerNorm,
  linear,
  maskedMean,
  residualBlock,
  transformer,
  transformerBlock,
  zeroInvalid,
} from '../src/index.js';
import { createTestModel, numericGradientCheck, type TestModel } from '../src/testing.js';
import { tf } from './tf.js';

const model = () => createTestModel({ tf, state: undefined, seed: 11 });
const set = ({ weights }: TestModel<undefined>, name: string, values: number[]) => {
  const weight = weights.get(name)!;
  weight.assign(tf.tensor(values, weight.shape));
};
const numbers = (tensor: Tensor) => [...tensor.dataSync<'float32'>()];
const close = (tensor: Tensor, expected: number[], digits = 5) => {
  const values = numbers(tensor);
  expect(values).toHaveLength(expected.length);
  for (const [index, value] of expected.entries()) expect(values[index]).toBeCloseTo(value, digits);
};
const IDENTITY = [1, 0, 0, 1];
const bool = (values: number[][]) => tf.tensor2d(values, undefined, 'bool');

describe('numbers by hand', () => {
  test('linear', () => {
    const built = model();
    initLinear(built.init, 'l', 2, 3);
    expect(built.weights.get('l/kernel')!.shape).toEqual([2, 3]);
    set(built, 'l/kernel', [1, 2, 3, 4, 5, 6]);
    set(built, 'l/bias', [10, 20, 30]);
    // [1,2] -> 1*[1,2,3] + 2*[4,5,6] + bias = [19,32,45];  [0,-1] -> [6,15,24].
    const out = linear(
      built.step,
      'l',
      tf.tensor3d([
        [
          [1, 2],
          [0, -1],
        ],
      ]),
    );
    expect(out.shape).toEqual([1, 2, 3]);
    close(out, [19, 32, 45, 6, 15, 24]);
  });

  test('embedding', () => {
    const built = model();
    initEmbedding(built.init, 'e', 3, 2);
    set(built, 'e', [0, 1, 10, 11, 20, 21]);
    const out = embedding(
      built.step,
      'e',
      tf.tensor2d(
        [
          [2, 0],
          [2, 1],
        ],
        undefined,
        'int32',
      ),
    );
    expect(out.shape).toEqual([2, 2, 2]);
    close(out, [20, 21, 0, 1, 20, 21, 10, 11]);
  });

  test('layer norm', () => {
    const built = model();
    initLayerNorm(built.init, 'n', 3);
    // [1,2,3]: mean 2, variance 2/3, so (x - 2) / sqrt(2/3 + 1e-5) = -+1.224735.
    close(layerNorm(built.step, 'n', tf.tensor2d([[1, 2, 3]])), [-1.224736, 0, 1.224736]);
    set(built, 'n/scale', [1, 2, 3]);
    set(built, 'n/offset', [0, 5, 1]);
    close(layerNorm(built.step, 'n', tf.tensor2d([[1, 2, 3]])), [-1.224736, 5, 4.674207]);
    // A constant row has variance 0: zeros, not NaN.
    close(layerNorm(built.step, 'n', tf.tensor2d([[7, 7, 7]])), [0, 5, 1]);
    close(layerNorm(built.step, 'n', tf.tensor2d([[-1, 0, 1]]), { centred: true }), [-1.224736, 5, 4.674207]);
  });

  test('GELU', () => {
    // x * Phi(x): Phi(1) = 0.841345, Phi(-1) = 0.158655, Phi(2) = 0.977250.
    close(gelu(tf, tf.tensor1d([0, 1, -1, 2])), [0, 0.841345, -0.158655, 1.9545]);
  });

  test('feed-forward', () => {
    const built = model();
    initFeedForward(built.init, 'f', 1, 2, 1);
    set(built, 'f/expand/kernel', [1, -1]);
    set(built, 'f/contract/kernel', [1, 10]);
    set(built, 'f/contract/bias', [3]);
    // 1 -> [1,-1] -> gelu [0.841345, -0.158655] -> 0.841345 - 1.58655 + 3.
    close(feedForward(built.step, 'f', tf.tensor2d([[1]])), [2.254795]);
  });

  test('masked mean and zeros in place of invalid tokens', () => {
    const values = tf.tensor3d([
      [
        [1, 2],
        [3, 4],
        [100, 100],
      ],
      [
        [5, 5],
        [5, 5],
        [5, 5],
      ],
    ]);
    const valid = bool([
      [1, 1, 0],
      [0, 0, 0],
    ]);
    close(maskedMean(tf, values, valid), [2, 3, 0, 0]);
    close(zeroInvalid(tf, values, valid), [1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test('unit rows, and a zero row that stays zero with a finite gradient', () => {
    const x = tf.tensor2d([
      [3, 4],
      [0, 0],
    ]);
    close(l2Normalise(tf, x), [0.6, 0.8, 0, 0]);
    const gradient = tf.grad((value) => tf.sum(l2Normalise(tf, value)))(x);
    // d/dx of (x + y)/r: 1/r - x(x+y)/r^3 = 0.2 - 3*7/125 = 0.032 and 0.2 - 4*7/125 = -0.024; at zero 1/sqrt(1e-12).
    close(gradient, [0.032, -0.024, 1e6, 1e6], 0);
    expect(numbers(gradient)[0]).toBeCloseTo(0.032, 5);
  });

  describe('attention', () => {
    const built = model();
    initAttention(built.init, 'a', 2);
    for (const part of ['query', 'key', 'value', 'output']) set(built, `a/${part}/kernel`, IDENTITY);
    const x = tf.tensor3d([
      [
        [1, 0],
        [0, 1],
      ],
    ]);

    test('one head', () => {
      // Logits q.k / sqrt(2): row 0 [0.707107, 0], row 1 [0, 0.707107]; softmax 0.669761, 0.330239.
      const out = attention(built.step, 'a', x, x, { heads: 1, keyValid: bool([[1, 1]]) });
      close(out, [0.669761, 0.330239, 0.330239, 0.669761]);
    });

    test('two heads', () => {
      // Each head sees one column, logits are products of numbers. Head 0: values 1, 0; row 0 logits [1, 0], softmax
      // [0.731059, 0.268941] -> 0.731059; row 1 logits [0, 0] -> 0.5. Head 1 the same with the rows exchanged.
      const out = attention(built.step, 'a', x, x, { heads: 2, keyValid: bool([[1, 1]]) });
      close(out, [0.731059, 0.5, 0.5, 0.731059]);
    });

    test('an invalid key counts for nothing; without any valid key the mean is finite', () => {
      close(attention(built.step, 'a', x, x, { heads: 1, keyValid: bool([[1, 0]]) }), [1, 0, 1, 0]);
      close(attention(built.step, 'a', x, x, { heads: 1, keyValid: bool([[0, 0]]) }), [0.5, 0.5, 0.5, 0.5]);
    });

    test('a causal bias leaves the first token to itself', () => {
      const bias = tf.tensor3d([
        [
          [0, -1e9],
          [0, 0],
        ],
      ]);
      const out = attention(built.step, 'a', x, x, { heads: 1, keyValid: bool([[1, 1]]), bias });
      close(out, [1, 0, 0.330239, 0.669761]);
    });

    test('keys and values are made once: token by token they give what the whole gives causally', () => {
      const [first, second] = [0, 1].map((row) => keyValues(built.step, 'a', tf.slice(x, [0, row, 0], [1, 1, 2]), 1));
      const grown = {
        keys: tf.concat([first!.keys, second!.keys], 2),
        values: tf.concat([first!.values, second!.values], 2),
      };
      const last = tf.slice(x, [0, 1, 0], [1, 1, 2]);
      const out = attend(built.step, 'a', last, grown, { heads: 1, keyValid: bool([[1, 1]]) });
      close(out, [0.330239, 0.669761]);
    });
  });

  test('a transformer of identity parts', () => {
    const built = model();
    initTransformer(built.init, 't', 2, 1);
    for (const [name, weight] of built.weights) if (name.endsWith('kernel')) weight.assign(tf.zerosLike(weight));
    // All kernels zero: both residual branches add 0, so the block is the identity and the last norm standardises.
    const x = tf.tensor3d([[[3, 1]]]);
    close(transformerBlock(built.step.scope('t'), '0', x, { heads: 1, valid: bool([[1]]) }), [3, 1]);
    close(transformer(built.step, 't', x, 1, { heads: 1, valid: bool([[1]]) }), [0.999995, -0.999995]);
    // The feed-forward branch alone: offset of norm2 [1, 0], expand [[1 x8], [0 x8]], contract [[1/8, 0] x8]:
    // standardised [1, -1] + offset = [2, -1] -> 8 times 2 -> gelu(2) = 1.9545 -> adds [1.9545, 0].
    set(built, 't/0/norm2/offset', [1, 0]);
    set(built, 't/0/mlp/expand/kernel', [...Array(8).fill(1), ...Array(8).fill(0)]);
    set(
      built,
      't/0/mlp/contract/kernel',
      Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? 1 / 8 : 0)),
    );
    close(transformerBlock(built.step.scope('t'), '0', x, { heads: 1, valid: bool([[1]]) }), [4.95449, 1], 4);
  });
});

describe('gradients against central differences', () => {
  const x = tf.randomNormal([2, 3, 4], 0, 1, 'float32', 1);
  const other = tf.randomNormal([2, 2, 6], 0, 1, 'float32', 2);
  const valid = bool([
    [1, 1, 0],
    [1, 1, 1],
  ]);
  const ids = tf.tensor2d(
    [
      [0, 2, 2],
      [4, 0, 1],
    ],
    undefined,
    'int32',
  );
  // The input is declared as a weight `x`, so its gradient is checked too.
  const layers: Record<string, [(init: InitContext) => void, (step: StepContext, x: Tensor) => Tensor]> = {
    linear: [(init) => initLinear(init, 'l', 4, 5), (step, x) => linear(step, 'l', x)],
    embedding: [(init) => initEmbedding(init, 'e', 5, 4), (step, x) => tf.mul(embedding(step, 'e', ids), x)],
    'layer norm': [(init) => initLayerNorm(init, 'n', 4), (step, x) => layerNorm(step, 'n', x)],
    'layer norm of rows of mean 0': [
      (init) => initLayerNorm(init, 'n', 4),
      (step, x) => layerNorm(step, 'n', tf.sub(x, tf.mean(x, -1, true)), { centred: true }),
    ],
    'residual block': [
      (init) => initResidualBlock(init, 'r', 4, 6, [2, 1]),
      (step, x) => residualBlock(step, 'r', tf.reshape(x, [2, 3, 1, 4]), { stride: [2, 1], activation: gelu }),
    ],
    gelu: [() => undefined, (_, x) => gelu(tf, x)],
    'feed-forward': [(init) => initFeedForward(init, 'f', 4, 8, 3), (step, x) => feedForward(step, 'f', x)],
    'self-attention': [
      (init) => initAttention(init, 'a', 4),
      (step, x) => attention(step, 'a', x, x, { heads: 2, keyValid: valid }),
    ],
    'cross-attention': [
      (init) => initAttention(init, 'a', 4, 6),
      (step, x) =>
        attention(step, 'a', x, other, {
          heads: 2,
          keyValid: bool([
            [1, 1],
            [0, 1],
          ]),
        }),
    ],
    'transformer block': [
      (init) => initTransformerBlock(init, 'b', 4),
      (step, x) => transformerBlock(step, 'b', x, { heads: 2, valid }),
    ],
    transformer: [
      (init) => initTransformer(init, 't', 4, 2),
      (step, x) => transformer(step, 't', x, 2, { heads: 2, valid }),
    ],
    'masked mean': [() => undefined, (_, x) => maskedMean(tf, x, valid)],
    'unit rows': [() => undefined, (_, x) => l2Normalise(tf, x)],
  };

  test.each(Object.entries(layers))('%s', (_, [init, apply]) => {
    const built = model();
    built.init.weight('x', [2, 3, 4], { kind: 'values', values: x.dataSync() as Float32Array });
    init(built.init);
    const loss = () => {
      const out = apply(built.step, built.step.weight('x'));
      return tf.sum(tf.mul(tf.sin(out), tf.reshape(tf.cos(tf.range(0, out.size)), out.shape)));
    };
    const { compared } = numericGradientCheck(tf, built.weights, loss, { entries: 8 });
    expect(compared).toBeGreaterThan(5);
  });

  test('embedding where the backend has no segment sum', () => {
    const built = model();
    initEmbedding(built.init, 'e', 5, 4);
    const lacking = {
      ...built.step,
      tf: { ...tf, getKernel: () => undefined, unsortedSegmentSum: undefined } as never,
    };
    const loss = () => tf.sum(tf.sin(tf.mul(embedding(lacking, 'e', ids), x)));
    numericGradientCheck(tf, built.weights, loss);
  });
});

test('layers leave no tensor behind under a tidy', () => {
  const built = model();
  initTransformer(built.init, 't', 4, 1);
  initEmbedding(built.init, 'e', 5, 4);
  const ids = tf.tensor2d([[0, 1, 2]], undefined, 'int32');
  const step = () =>
    tf.tidy(() => {
      const run = () =>
        tf.sum(
          transformer(built.step, 't', embedding(built.step, 'e', ids), 1, {
            heads: 2,
            valid: tf.ones([1, 3], 'bool'),
          }),
        );
      tf.variableGrads(run as never, [...built.weights.values()]);
    });
  step();
  const before = tf.memory().numTensors;
  step();
  expect(tf.memory().numTensors).toBe(before);
});
