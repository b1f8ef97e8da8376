import { type FusedView, HEAD } from '@modalkit/contract';
import { createTestModel, numericGradientCheck } from '@modalkit/toolkit/testing';
import { describe, expect, test } from 'vitest';
import { type TranscribeOptions, transcribe } from '../../src/heads/index.js';
import { early } from '../../src/index.js';
import { fusionModel, inputOf, WIDTH } from '../fusion/fusion-batch.js';
import { partOf } from '../fusion/part-of.js';
import { tf } from '../fusion/tf.js';

const digits = { classes: ['零', 'one', 'two'], maxLength: 3 } as const;

function headModel(options: TranscribeOptions) {
  const head = partOf(transcribe(options), HEAD, 'heads/words');
  const { init, step, weights } = createTestModel({ tf, state: undefined, width: WIDTH });
  head.init(init, {});
  return { head, weights, predict: (view: FusedView) => head.predict(view, step) };
}

const speech = inputOf('speech', [2, 3, 0], 4);

describe('transcribe', () => {
  test('one row of logits a token, a blank before the classes, and the tokens that count', () => {
    const { predict, head, weights } = headModel({ ...digits, classes: [...digits.classes], from: 'speech' });
    const { tokenLogits, valid, time } = predict({ inputs: { speech } });
    expect(tokenLogits!.shape).toEqual([3, 4, 4]);
    expect([...valid!.dataSync()]).toEqual([1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0]);
    const kernel = weights.get('linear/kernel')!;
    const expected = tf.reshape(tf.matMul(tf.reshape(speech.values, [12, WIDTH]), kernel as never), [3, 4, 4]);
    expect(tf.max(tf.abs(tf.sub(tokenLogits!, expected))).dataSync()[0]).toBeLessThan(1e-6);
    // half a second a token; none of the third sample
    expect(time!.shape).toEqual([3, 4, 2]);
    expect([...time!.dataSync()]).toEqual([
      ...[0, 0.5, 0.5, 1, 0, 0, 0, 0],
      ...[0, 0.5, 0.5, 1, 1, 1.5, 0, 0],
      ...[0, 0, 0, 0, 0, 0, 0, 0],
    ]);
    const nowhere = predict({ inputs: { speech: { ...speech, position: {} } } }).time!;
    expect([nowhere.shape, [...nowhere.dataSync()].some(Boolean)]).toEqual([[3, 4, 2], false]);
    expect(head).toMatchObject({ needsFusion: false, inputs: ['speech'] });
  });

  test('of the fused tokens it reads the span, whose absence token does not count', () => {
    const { predict, head } = headModel({ ...digits, classes: 3, from: 'speech', fused: true });
    const inputs = [inputOf('other', [1, 1, 1], 1), speech];
    const fused = fusionModel(early({ layers: 1, heads: 2 }), ['other', 'speech']).fuse(inputs);
    const { tokenLogits, valid } = predict({ inputs: { other: inputs[0]!, speech }, fused });
    expect(tokenLogits!.shape).toEqual([3, 5, 4]);
    // Place 0 is the absence token's; in the last sample it is valid for the fusion.
    expect([...valid!.dataSync()]).toEqual([0, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
    expect([...fused.valid.dataSync()].slice(-5)).toEqual([1, 0, 0, 0, 0]);
    expect(head).toMatchObject({ needsFusion: true, inputs: undefined });
    expect(() =>
      headModel({ ...digits, classes: 3, from: 'speach', fused: true }).predict({ inputs: {}, fused }),
    ).toThrow(/"speach".*other, speech/);
  });

  test.each([{}, { hidden: 5 }])('gradients equal central differences: %o', (options) => {
    const { predict, weights } = headModel({ ...digits, classes: 3, from: 'speech', ...options });
    const loss = () => tf.sum(tf.square(predict({ inputs: { speech } }).tokenLogits!));
    expect(numericGradientCheck(tf, weights, loss).compared).toBeGreaterThan(weights.size);
  });

  test('the list of classes is checked and collated: 1 + index, then zeros', () => {
    const spec = headModel({ ...digits, classes: [...digits.classes], from: 'speech' }).head.targets!.words!;
    expect(spec.listOf).toEqual(['零', 'one', 'two']);
    const { data, shape } = spec.collate([['two', '零'], [], undefined, [1, 1, 2], '零 two']);
    expect(shape).toEqual([5, 3]);
    expect([...data]).toEqual([3, 1, 0, 0, 0, 0, 0, 0, 0, 2, 2, 3, 1, 3, 0]);
    const bad = (value: unknown) =>
      (spec.schema['~standard'].validate(value) as { issues?: { message: string }[] }).issues;
    expect(
      [['two'], 'two one', [], 'tow', ['two', 3], [0, 0, 0, 0], 7, null].map((value) => bad(value) !== undefined),
    ).toEqual([false, false, false, true, true, true, true, true]);
    expect(bad(['tow'])![0]!.message).toBe('expected a list of at most 3 of 零, one, two');
  });

  test('refuses what makes no sense, by name', () => {
    expect(() => transcribe({ classes: 3, from: 'a', maxLength: 0 })).toThrow('maxLength');
    expect(() => transcribe({ classes: ['a', 'a'], from: 'a', maxLength: 2 })).toThrow('differ');
    expect(() => transcribe({ classes: 3, maxLength: 2 } as never)).toThrow('from');
    expect(() => transcribe({ classes: 3, from: 'a', maxLength: 2, blank: 0 } as never)).toThrow('"blank"');
  });
});
