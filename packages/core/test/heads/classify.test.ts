import { type FusedView, HEAD, type Tensor } from '@modalkit/contract';
import { createTestModel, numericGradientCheck } from '@modalkit/toolkit/testing';
import { describe, expect, test } from 'vitest';
import { type ClassifyOptions, classify } from '../../src/heads/index.js';
import { noise, WIDTH } from '../fusion/fusion-batch.js';
import { partOf } from '../fusion/part-of.js';
import { tf } from '../fusion/tf.js';

function headModel(options: ClassifyOptions) {
  const head = partOf(classify(options), HEAD, 'heads/match');
  const { init, step, weights } = createTestModel({ tf, state: undefined, width: WIDTH });
  head.init(init, {});
  return { head, weights, predict: (view: FusedView) => head.predict(view, step).logits! };
}

const pooled = noise('pooled', [3, WIDTH]);
const fused = { inputs: {}, fused: { pooled } as never };

describe('classify', () => {
  test('the logits of a linear head are x K + b', () => {
    const { predict, weights, head } = headModel({ classes: 4 });
    weights.get('linear/bias')!.assign(tf.tensor1d([1, 2, 3, 4]));
    const expected = tf.add(tf.matMul(pooled as never, weights.get('linear/kernel') as never), [1, 2, 3, 4]);
    expect(tf.max(tf.abs(tf.sub(predict(fused), expected))).dataSync()[0]).toBeLessThan(1e-6);
    expect(head).toMatchObject({ needsFusion: true, inputs: undefined });
  });

  test('reads an input in place of the fused vector', () => {
    const { predict, head } = headModel({ classes: 2, from: 'front' });
    expect(head).toMatchObject({ needsFusion: false, inputs: ['front'] });
    expect(predict({ inputs: { front: { pooled } as never } }).shape).toEqual([3, 2]);
  });

  test.each([{ classes: 3 }, { classes: 3, hidden: 6 }])('gradients equal central differences: %o', (options) => {
    const { predict, weights } = headModel(options);
    const loss = (): Tensor => tf.sum(tf.square(predict(fused)));
    expect(numericGradientCheck(tf, weights, loss).compared).toBeGreaterThan(2 * weights.size);
  });

  test('the column is the head’s own name unless `target` names another', () => {
    expect(Object.keys(headModel({ classes: 2 }).head.targets!)).toEqual(['match']);
    expect(Object.keys(headModel({ classes: 2, target: 'kind' }).head.targets!)).toEqual(['kind']);
  });

  test('a class is given by name or index, in any script', () => {
    const spec = headModel({ classes: ['this', '别的', 'none'] }).head.targets!.match!;
    expect([...spec.collate(['none', 1, undefined, '别的']).data]).toEqual([2, 1, 0, 1]);
    const issues = (value: unknown) => spec.schema['~standard'].validate(value) as { issues?: { message: string }[] };
    expect(
      ['this', 2, 3, -1, 1.5, 'other', null, '__proto__'].map((value) => issues(value).issues !== undefined),
    ).toEqual([false, false, true, true, true, true, true, true]);
    expect(issues('other').issues![0]!.message).toBe('expected one of this, 别的, none or an index from 0 to 2');
  });

  test('numbered classes accept the digit as a string, as tables hold it', () => {
    const spec = headModel({ classes: 10 }).head.targets!.match!;
    expect([...spec.collate(['7', 7]).data]).toEqual([7, 7]);
  });

  test('refuses equal class names, a single class and unknown options', () => {
    expect(() => classify({ classes: ['a', 'a'] })).toThrow('differ');
    expect(() => classify({ classes: ['a'] })).toThrow('classes');
    expect(() => classify({ classes: 1 })).toThrow('classes');
    expect(() => classify({ class: 2 } as never)).toThrow('"class"');
  });
});
