import { findNative, selectBackend } from '@modalkit/backend';
import { type ModelView, OBJECTIVE, type Objective, type Tensor, type Tf } from '@modalkit/contract';
import { ctc } from '@modalkit/core';
import { hostRandom } from '@modalkit/toolkit';
import { createTestModel } from '@modalkit/toolkit/testing';
import { describe, expect, it } from 'vitest';

const native = await findNative();
const [BATCH, TOKENS, CLASSES, MOST] = [16, 40, 11, 8];
const random = hostRandom(7, 0, 'ctc');

/** Logits of a sharp and a flat kind, lengths from 1 to all tokens, labels of every length from 1 (TensorFlow refuses 0), with many repeats. */
const logits = Float32Array.from({ length: BATCH * TOKENS * CLASSES }, (_, at) => {
  const scale = Math.floor(at / (TOKENS * CLASSES)) % 2 === 0 ? 1 : 12;
  return scale * (2 * random.uniform('logit', at) - 1);
});
const lengths = Array.from({ length: BATCH }, (_, row) =>
  row < 3 ? row + 1 : 17 + Math.floor(random.uniform('length', row) * 24),
);
const labels = Array.from({ length: BATCH }, (_, row) =>
  Array.from(
    { length: row < 3 ? 1 : 1 + (row % MOST) },
    (_, at) => 1 + Math.floor(random.uniform(`label ${row}`, at) * (row % 3 ? 2 : 10)),
  ),
);

interface CtcLoss {
  readonly losses: number[];
  /** `[B,T,C]`. */
  readonly gradients: Float32Array;
}

/** TensorFlow's own operation for the CPU, by the addon: its blank is the last class. */
function nativeLoss(tf: Tf): CtcLoss {
  const kernels = tf.backend() as unknown as {
    binding: Record<'TF_ATTR_TYPE' | 'TF_ATTR_BOOL' | 'TF_INT32' | 'TF_INT64' | 'TF_FLOAT' | 'TF_BOOL', number>;
    executeSingleOutput(op: string, attributes: unknown[], inputs: unknown[]): Tensor;
    executeMultipleOutputs(op: string, attributes: unknown[], inputs: unknown[], outputs: number): Tensor[];
  };
  const { binding } = kernels;
  const type = (name: string, value: number) => ({ name, type: binding.TF_ATTR_TYPE, value });
  const flag = (name: string, value: boolean) => ({ name, type: binding.TF_ATTR_BOOL, value });
  const places = labels.flatMap((list, row) => list.map((_, at) => [row, at] as [number, number]));
  const indices = kernels.executeSingleOutput(
    'Cast',
    [type('SrcT', binding.TF_INT32), type('DstT', binding.TF_INT64), flag('Truncate', false)],
    [tf.tensor2d(places, undefined, 'int32')],
  );
  const [loss, gradient] = kernels.executeMultipleOutputs(
    'CTCLoss',
    [
      type('T', binding.TF_FLOAT),
      flag('preprocess_collapse_repeated', false),
      flag('ctc_merge_repeated', true),
      flag('ignore_longer_outputs_than_inputs', false),
    ],
    [
      turned(tf, tf.transpose(tf.tensor3d(logits, [BATCH, TOKENS, CLASSES]), [1, 0, 2]), 1),
      indices,
      tf.tensor1d(
        labels.flat().map((label) => label - 1),
        'int32',
      ),
      tf.tensor1d(lengths, 'int32'),
    ],
    2,
  );
  const byToken = tf.transpose(tf.engine().makeTensorFromTensorInfo(gradient!), [1, 0, 2]);
  const gradients = turned(tf, byToken, CLASSES - 1).dataSync<'float32'>();
  return { losses: [...tf.engine().makeTensorFromTensorInfo(loss!).dataSync()], gradients };
}

/** The first `count` classes behind the others. */
function turned(tf: Tf, x: Tensor, count: number): Tensor {
  const [first, rest] = tf.split(x, [count, CLASSES - count], 2);
  return tf.concat([rest!, first!], 2);
}

/**
 * The objective, a sample at a time for its loss, all of them for the gradients.
 * @param scatter where token t of a sample stands; the tokens between are invalid
 */
function ourLoss(tf: Tf, scatter: (token: number) => number): CtcLoss {
  const wide = scatter(TOKENS - 1) + 1;
  const spread = new Float32Array(BATCH * wide * CLASSES).fill(3);
  const valid = new Uint8Array(BATCH * wide);
  for (let row = 0; row < BATCH; row++) {
    for (let token = 0; token < TOKENS; token++) {
      const from = (row * TOKENS + token) * CLASSES;
      spread.set(logits.subarray(from, from + CLASSES), (row * wide + scatter(token)) * CLASSES);
      valid[row * wide + scatter(token)] = Number(token < lengths[row]!);
    }
  }
  const padded = labels.map((list) => Array.from({ length: MOST }, (_, at) => list[at] ?? 0));
  const objective = objectiveOf();
  const { step } = createTestModel({ tf, state: undefined });
  const view = (tokenLogits: Tensor, known: Tensor): ModelView => ({
    inputs: {},
    outputs: { 'words/tokenLogits': tokenLogits, 'words/valid': tf.tensor(valid, [BATCH, wide], 'bool') },
    targets: { words: { values: tf.tensor2d(padded, undefined, 'int32'), valid: known } },
  });
  const x = tf.tensor(spread, [BATCH, wide, CLASSES]);
  const losses = labels.map((_, row) => {
    const only = tf.tensor1d(
      labels.map((_, at) => at === row),
      'bool',
    );
    const { sum, count } = objective.terms(view(x, only), step).words!;
    expect(count.dataSync()[0]).toBe(1);
    return sum.dataSync()[0]!;
  });
  const all = tf.cast(tf.ones([BATCH]), 'bool');
  const gradient = tf.grad((given: Tensor) => objective.terms(view(given, all), step).words!.sum as never)(x as never);
  const columns = tf.tensor1d(
    Array.from({ length: TOKENS }, (_, token) => scatter(token)),
    'int32',
  );
  const gradients = tf.gather(gradient, columns, 1).dataSync<'float32'>();
  return { losses, gradients };
}

function objectiveOf(): Objective {
  let made: (() => unknown) | undefined;
  ctc({ head: 'words' }).setup({
    slot: 'objectives/ctc',
    provide: (token, factory) => {
      if (token.key === OBJECTIVE.key) made = factory;
    },
    keep: () => undefined,
    get: () => undefined as never,
    onDispose: () => undefined,
  });
  return made!() as Objective;
}

describe.skipIf(!native)('CTC loss beside the native backend’s own operation (needs the native backend)', () => {
  it.each([
    ['tokens side by side', (token: number) => token],
    ['invalid tokens between them', (token: number) => 2 * token + (token % 2)],
  ])('losses and gradients agree: %s', async (_, scatter) => {
    const { tf } = await selectBackend();
    expect(tf.getBackend()).toBe('tensorflow');
    const [theirs, ours] = [nativeLoss(tf), ourLoss(tf, scatter)];
    theirs.losses.forEach((loss, row) => {
      expect(Math.abs(ours.losses[row]! - loss)).toBeLessThan(1e-5 * Math.max(1, loss));
    });
    // Losses reach hundreds, where float32 keeps four places after the point.
    const worst = theirs.gradients.reduce(
      (most, value, at) => Math.max(most, Math.abs(value - ours.gradients[at]!)),
      0,
    );
    expect(worst).toBeLessThan(3e-4);
    expect(Math.max(...theirs.gradients)).toBeGreaterThan(0.5);
  });
});
