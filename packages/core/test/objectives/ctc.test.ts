import type { ModelView, Tensor } from '@modalkit/contract';
import { gradientsByName, numericGradientCheck } from '@modalkit/toolkit/testing';
import { describe, expect, test } from 'vitest';
import { transcribe } from '../../src/heads/index.js';
import { ctc } from '../../src/objectives/index.js';
import { createTrainable } from '../../src/train/trainable.js';
import { trainingStep } from '../../src/train/training-step.js';
import { series } from '../fixtures/series-plugin.js';
import { batchOf, project, testModel } from '../fixtures/test-project.js';
import { noise } from '../fusion/fusion-batch.js';
import { tf } from '../fusion/tf.js';
import { objectiveModel } from './objective-model.js';

/** Five samples of four tokens: two that count, one without target, one without tokens, one impossible. */
function view(tokenLogits: Tensor): ModelView {
  const valid = tf.tensor2d(
    [
      [1, 1, 1, 1],
      [1, 1, 0, 1],
      [1, 1, 1, 1],
      [0, 0, 0, 0],
      [1, 0, 0, 1],
    ],
    undefined,
    'bool',
  );
  const values = tf.tensor2d(
    [
      [1, 2],
      [2, 2],
      [0, 0],
      [1, 0],
      [1, 1],
    ],
    undefined,
    'int32',
  );
  const known = tf.tensor1d([1, 1, 0, 1, 1], 'bool');
  return {
    inputs: {},
    outputs: { 'words/tokenLogits': tokenLogits, 'words/valid': valid },
    targets: { words: { values, valid: known } },
  };
}

describe('ctc', () => {
  test('sums over the samples that have tokens and the target and can be aligned; the impossible are measured', () => {
    // Uniform over 3 classes. T = 4, L = 2, R = 0: 4 ln 3 - ln binom(6, 4) = ln(81/15).
    // T = 3, L = 2, R = 1: 3 ln 3 - ln binom(4, 4) = ln 27. The last has two tokens for 1 1: impossible; 3 + 1 known.
    const found = objectiveModel(ctc({ head: 'words' })).measure(view(tf.zeros([5, 4, 3])));
    expect(found.words!.sum).toBeCloseTo(Math.log(81 / 15) + Math.log(27), 4);
    expect(found.words!.count).toBe(2);
    expect(found.impossible).toEqual({ sum: 1, count: 3 });
    expect(objectiveModel(ctc({ head: 'words' })).terms(view(tf.zeros([5, 4, 3]))).impossible!.onlyMeasured).toBe(true);
  });

  test('a batch of which nothing can be aligned adds 0 with a gradient of 0', () => {
    const { terms } = objectiveModel(ctc({ head: 'words' }));
    const x = tf.variable(noise('x', [5, 4, 3]));
    const few = () => {
      const whole = view(x);
      const values = tf.fill([5, 2], 1, 'int32');
      const valid = tf.cast(tf.tile(tf.tensor2d([[1, 0, 0, 1]]), [5, 1]), 'bool');
      return {
        ...whole,
        outputs: { ...whole.outputs, 'words/valid': valid },
        targets: { words: { ...whole.targets.words!, values } },
      };
    };
    const gradients = gradientsByName(tf, new Map([['x', x]]), () => terms(few()).words!.sum);
    expect([...gradients.get('x')!].map(Math.abs)).toEqual(new Array(60).fill(0));
    expect(terms(few()).words!.count.dataSync()[0]).toBe(0);
    expect(terms(few()).words!.sum.dataSync()[0]).toBe(0);
  });

  test('gradients equal central differences', () => {
    const { terms } = objectiveModel(ctc({ head: 'words' }));
    const x = tf.variable(noise('x', [5, 4, 3]));
    const loss = () => terms(view(x)).words!.sum;
    expect(numericGradientCheck(tf, new Map([['x', x]]), loss, { entries: 40 }).compared).toBeGreaterThan(20);
  });

  test('a head without tokens and a target that no part declares are named', () => {
    const { measure } = objectiveModel(ctc({ head: 'kind' }));
    expect(() => measure(view(tf.zeros([5, 4, 3])))).toThrow(/"kind".*transcribe/);
    expect(() => objectiveModel(ctc({ head: 'words', target: 'word' })).measure(view(tf.zeros([5, 4, 3])))).toThrow(
      /"word".*words/,
    );
  });
});

describe('in a project', () => {
  const words = [
    { id: 'a', inputs: { left: [1, 1, 0, 2, 2, 0] }, targets: { words: ['one', 'two'] } },
    { id: 'b', inputs: { left: [2, 0, 1, 1, 0, 2] }, targets: { words: ['two', 'one', 'two'] } },
    { id: 'c', inputs: { left: [0, 1, 0, 1] }, targets: { words: ['one', 'one'] } },
    { id: 'd', inputs: { left: [2] }, targets: { words: ['two', 'two'] } },
    { id: 'e', inputs: {}, targets: { words: ['two'] } },
  ];

  test('a few steps learn it; what cannot be aligned is measured beside the loss and no part of it', async () => {
    const model = await testModel(
      project({
        inputs: { left: series() },
        heads: { words: transcribe({ classes: ['one', 'two'], maxLength: 3, from: 'left' }) },
        objectives: { ctc: ctc({ head: 'words' }) },
      }),
    );
    const trainable = createTrainable(model);
    const batch = await batchOf(model, words, { length: 6 });
    const rate = tf.scalar(0.03);
    const step = () => {
      const { names, values } = trainingStep(trainable, [batch], rate);
      const read = values.dataSync();
      values.dispose();
      return Object.fromEntries(names.map((name, index) => [name, read[index]!]));
    };
    const first = step();
    expect(first.loss).toBe(first['loss/ctc/words']);
    // a, b and c of the four that have tokens: d has one token for two equal labels.
    expect(first['measured/ctc/impossible']).toBe(0.25);
    step();
    const tensors = tf.memory().numTensors;
    let last = first;
    for (let index = 0; index < 40; index++) last = step();
    expect(tf.memory().numTensors).toBe(tensors);
    expect(last.loss).toBeLessThan(first.loss! / 4);
  });
});
