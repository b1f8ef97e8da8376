import { type FusedView, HEAD, type Plugin, type TargetSpec, type Tensor } from '@modalkit/contract';
import { createTestModel, numericGradientCheck } from '@modalkit/toolkit/testing';
import { describe, expect, test } from 'vitest';
import { rate, regress, tag } from '../../src/heads/index.js';
import { noise, WIDTH } from '../fusion/fusion-batch.js';
import { partOf } from '../fusion/part-of.js';
import { tf } from '../fusion/tf.js';

function headModel(plugin: Plugin) {
  const head = partOf(plugin, HEAD, 'heads/one');
  const { init, step, weights } = createTestModel({ tf, state: undefined, width: WIDTH });
  head.init(init, {});
  const predict = (view: FusedView): Record<string, Tensor> => head.predict(view, step);
  return { head, weights, predict, spec: head.targets!.one! };
}

const pooled = noise('pooled', [3, WIDTH]);
const fused = { inputs: {}, fused: { pooled } as never };
const numbers = (tensor: Tensor) => [...tensor.dataSync<'float32'>()];
const refused = (spec: TargetSpec, values: unknown[]) =>
  values.map((value) => (spec.schema['~standard'].validate(value) as { issues?: unknown }).issues !== undefined);
const message = (spec: TargetSpec, value: unknown) =>
  (spec.schema['~standard'].validate(value) as { issues: { message: string }[] }).issues[0]!.message;

describe('tag', () => {
  const classes = ['red', '圆', 'small'];

  test('one logit a class, of the fused vector or of one input’s', () => {
    const { predict, head } = headModel(tag({ classes }));
    expect(predict(fused).labelLogits!.shape).toEqual([3, 3]);
    expect(head).toMatchObject({ needsFusion: true, inputs: undefined });
    const own = headModel(tag({ classes, from: 'front' }));
    expect(own.head).toMatchObject({ needsFusion: false, inputs: ['front'] });
    expect(own.predict({ inputs: { front: { pooled } as never } }).labelLogits!.shape).toEqual([3, 3]);
  });

  test('a set of classes, empty too, becomes a row of 0 and 1', () => {
    const { spec } = headModel(tag({ classes }));
    expect(spec).toMatchObject({ setOf: classes });
    const { data, shape } = spec.collate([['圆', 'red'], [], undefined, [2], 'small red']);
    expect(shape).toEqual([5, 3]);
    expect([...data]).toEqual([1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 1]);
    expect(refused(spec, [['red'], [], ['red', 'red'], ['red', 0], ['blue'], [3], [Number.NaN], 7, null])).toEqual([
      ...[false, false, true, true, true, true, true, true, true],
    ]);
    expect(message(spec, ['blue'])).toBe('expected a list, without repeats, of red, 圆, small');
  });
});

describe('regress', () => {
  test('standard is what the layer gives, values is mean + deviation times it', () => {
    const { predict, weights } = headModel(regress({ width: 2, mean: 20, deviation: 5 }));
    weights.get('linear/bias')!.assign(tf.tensor1d([1, -2]));
    // Of a sample without the input the vector is zeros: the biases 1 and -2 are 20 + 5 = 25 and 20 - 10 = 10.
    const { standard, values } = predict({ inputs: {}, fused: { pooled: tf.zeros([1, WIDTH]) } as never });
    expect([numbers(standard!), numbers(values!)]).toEqual([
      [1, -2],
      [25, 10],
    ]);
  });

  test('the column is collated in deviations from the mean; what is no finite number is refused', () => {
    const { spec } = headModel(regress({ mean: 20, deviation: 5 }));
    expect([...spec.collate([25, undefined, '10']).data]).toEqual([1, 0, -2]);
    expect(refused(spec, [0, '1.5', [3], Number.NaN, Number.POSITIVE_INFINITY, 'x', '', [1, 2], null, true])).toEqual([
      ...[false, false, false, true, true, true, true, true, true, true],
    ]);
    expect(message(spec, Number.NaN)).toBe('expected a finite number');
    const { spec: pair } = headModel(regress({ width: 2 }));
    expect([...pair.collate([[1, 2], '3 4']).data]).toEqual([1, 2, 3, 4]);
    expect(message(pair, 1)).toBe('expected 2 finite numbers');
  });
});

describe('rate', () => {
  const levels = ['low', '中', 'high', 'top'];
  const at = (score: number) => {
    const { predict, weights } = headModel(rate({ levels }));
    weights.get('linear/kernel')!.assign(tf.zeros([WIDTH, 1]));
    weights.get('linear/bias')!.assign(tf.tensor1d([score]));
    // gaps of 1 and 2: softplus(x) = g at x = ln(e^g - 1)
    weights.get('gaps')!.assign(tf.tensor2d([[Math.log(Math.E - 1), Math.log(Math.E ** 2 - 1)]]));
    return Object.fromEntries(
      Object.entries(predict(fused)).map(([name, x]) => [name, numbers(tf.slice(x, [0, 0], [1, -1]))]),
    );
  };

  test('thresholds 0, 1, 3: cumulative logits, the probability of each level, the level as a number', () => {
    const { cumulative, logits, values } = at(1.5);
    for (const [k, z] of [1.5, 0.5, -1.5].entries()) expect(cumulative![k]).toBeCloseTo(z, 5);
    // sigmoid of them: 0.817574, 0.622459, 0.182426; differences from 1 down to 0
    const expected = [0.182426, 0.195115, 0.440034, 0.182426];
    for (const [k, p] of expected.entries()) expect(Math.exp(logits![k]!)).toBeCloseTo(p, 5);
    expect(values).toEqual([2]);
    expect(at(-0.1).values).toEqual([0]);
    expect(at(99).values).toEqual([3]);
    expect(at(99).logits!.every(Number.isFinite)).toBe(true);
  });

  test('two levels need no gap: it is logistic regression', () => {
    const { predict, weights } = headModel(rate({ levels: 2 }));
    expect(weights.has('gaps')).toBe(false);
    const { cumulative, logits } = predict(fused);
    const z = numbers(cumulative!);
    const p = numbers(logits!).map(Math.exp);
    for (const [row, each] of z.entries()) expect(p[2 * row + 1]).toBeCloseTo(1 / (1 + Math.exp(-each)), 5);
  });
});

test.each([
  ['tag', tag({ classes: 3 }), 'labelLogits'],
  ['tag, hidden', tag({ classes: 3, hidden: 5 }), 'labelLogits'],
  ['regress', regress({ width: 2, deviation: 3 }), 'values'],
  ['rate, cumulative', rate({ levels: 4 }), 'cumulative'],
  ['rate, logits', rate({ levels: 4, hidden: 5 }), 'logits'],
] as const)('gradients equal central differences: %s', (_, plugin, output) => {
  const { predict, weights } = headModel(plugin);
  const loss = (): Tensor => tf.sum(tf.square(predict(fused)[output]!));
  expect(numericGradientCheck(tf, weights, loss).compared).toBeGreaterThan(weights.size);
});

test('options that make no sense are refused by name', () => {
  expect(() => tag({ classes: ['a', 'a'] })).toThrow('differ');
  expect(() => rate({ levels: 1 })).toThrow('levels');
  expect(() => regress({ deviation: 0 })).toThrow('deviation');
  expect(() => regress({ columns: 2 } as never)).toThrow('"columns"');
});
