import type { Tensor } from '@modalkit/contract';
import { numericGradientCheck } from '@modalkit/toolkit/testing';
import { describe, expect, test } from 'vitest';
import { type DecoderOptions, decoder } from '../../src/heads/index.js';
import { captioning } from '../../src/objectives/index.js';
import { noise, WIDTH } from '../fusion/fusion-batch.js';
import { tf } from '../fusion/tf.js';
import { viewOf as lossView, objectiveModel } from '../objectives/objective-model.js';
import { decoderModel, rowsOf } from './decoder-model.js';

const [BEGIN, END] = [0, 1];
/** b e g i n, letters from 2 on, e n d. */
const words = [
  [BEGIN, 2, 3, END],
  [BEGIN, 4, 5, 5, 2, END],
  [BEGIN, 3, END],
];
const variants: [string, { options?: Partial<DecoderOptions>; marks?: boolean }][] = [
  ['shared table', {}],
  ['a table of its own', { options: { embedding: 'free' } }],
  ['no tokens that begin or end', { marks: false }],
];

describe('decoder', () => {
  test('by hand: of blocks that add nothing, each token is scored by its own and its position', () => {
    const { weights, viewOf, predict } = decoderModel();
    for (const [name, weight] of weights) if (/output\/|contract\//.test(name)) weight.assign(tf.zerosLike(weight));
    const { costs, evenCosts, counted, right } = predict(viewOf([4], [words[0]!]));
    const [table, positions] = ['word/table', 'heads/positions'].map((name) => rowsOf(weights.get(name)!));
    const expected = [0, 1, 2].map((place) => {
      const sum = table![words[0]![place]!]!.map((value, column) => value + positions![place]![column]!);
      const mean = sum.reduce((a, b) => a + b) / WIDTH;
      const deviation = Math.sqrt(sum.reduce((a, b) => a + (b - mean) ** 2, 0) / WIDTH + 1e-5);
      const normed = sum.map((value) => (value - mean) / deviation);
      const logits = table!.map((row) => row.reduce((total, value, column) => total + value * normed[column]!, 0));
      const total = Math.log(logits.reduce((a, b) => a + Math.exp(b), 0));
      const asked = words[0]![place + 1]!;
      return {
        cost: total - logits[asked]!,
        even: total - logits.reduce((a, b) => a + b) / logits.length,
        right: Number(Math.max(...logits) === logits[asked]),
      };
    });
    for (const [place, { cost, even, right: is }] of expected.entries()) {
      expect(rowsOf(costs!)[0]![place]).toBeCloseTo(cost, 4);
      expect(rowsOf(evenCosts!)[0]![place]).toBeCloseTo(even, 4);
      expect(rowsOf(right!)[0]![place]).toBe(is);
    }
    expect(rowsOf(counted!)).toEqual([[1, 1, 1, 0]]);
  });

  test.each(variants)(
    'a token changes nothing of what is said before it, but of what is said after: %s',
    (_, given) => {
      const { viewOf, predict } = decoderModel(given);
      const costs = (word: number[]) => rowsOf(predict(viewOf([4], [word])).costs!)[0]!;
      const [whole, other] = [costs([BEGIN, 2, 3, 4, END]), costs([BEGIN, 2, 5, 4, END])];
      const changed = given.marks === false ? 2 : 1; // without a token that begins, place 2 is the third to be written
      expect(other.slice(0, changed)).toEqual(whole.slice(0, changed));
      expect(Math.abs(other[changed + 1]! - whole[changed + 1]!)).toBeGreaterThan(1e-4);
    },
  );

  test('what is read counts, what is padding does not', () => {
    const { viewOf, predict } = decoderModel();
    const source = noise('source', [1, 4, WIDTH]);
    const at = (row: number) =>
      tf.add(source, tf.mul(noise('other', [1, 4, WIDTH]), tf.expandDims(tf.oneHot([row], 4, 1, 0, 'float32'), 2)));
    const costs = (values: Tensor) => rowsOf(predict(viewOf([2], [words[0]!], values)).costs!)[0]!;
    expect(costs(at(3))).toEqual(costs(source));
    expect(costs(at(0))).not.toEqual(costs(source));
  });

  test.each(variants)('counted are the tokens of samples that have a word and something to read: %s', (_, given) => {
    const { viewOf, predict } = decoderModel(given);
    const { counted } = predict(viewOf([4, 0, 2], [[BEGIN, 2, END], [BEGIN, 3, END], null]));
    // Of begin, letter, end the last two are written; without marks all three are letters like any other.
    const one = given.marks === false ? [1, 1, 1, 0] : [1, 1, 0];
    expect(rowsOf(counted!)).toEqual([one, one.map(() => 0), one.map(() => 0)]);
  });

  test('tokens beyond maxTokens are not taught', () => {
    const { viewOf, predict } = decoderModel({ options: { maxTokens: 2 } });
    expect(predict(viewOf([1], [words[1]!])).costs!.shape).toEqual([1, 2]);
  });

  test.each(variants)('gradients equal central differences: %s', (_, given) => {
    const { weights, viewOf, predict } = decoderModel({ ...given, options: { layers: 1, ...given.options } });
    const view = viewOf([4, 2], words.slice(0, 2));
    const loss = (): Tensor => {
      const { costs, counted } = predict(view);
      return tf.div(tf.sum(tf.mul(costs!, counted!)), tf.sum(counted!));
    };
    // With a table of its own, the input's is not used.
    const used = new Map([...weights].filter(([name]) => given.options?.embedding !== 'free' || name !== 'word/table'));
    expect(numericGradientCheck(tf, used, loss, { entries: 2 }).compared).toBeGreaterThan(used.size);
  });

  test('refuses what makes no sense, by name', () => {
    expect(() => decoder({ input: 'a', from: 'a' })).toThrow(/from: is the input that is written/);
    expect(() => decoder({ input: 'a', choice: { topP: 2 } })).toThrow(/choice/);
    expect(() => decoder({ input: 'a', beam: 2 } as never)).toThrow('"beam"');
    expect(() => decoderModel({ options: { heads: 3 } })).toThrow(/width 8 cannot be split into 3 heads/);
  });
});

describe('decoding with a cache', () => {
  const models = [1, 2, 3, 4, 5, 6].map((seed) => ({ seed }));

  test.each(variants)('scores every next token as the whole sequence does, within 1e-5: %s', (_, given) => {
    const { head, context, viewOf, predict } = decoderModel(given);
    const sequences = given.marks === false ? words.map((word) => word.slice(1)) : words;
    const length = 3;
    const rows = sequences.map((word) => word.slice(0, length + 1));
    const whole = predict(viewOf([4, 2, 1], rows));
    const view = viewOf([4, 2, 1]);
    let step = head.decoder!.start(view, context);
    for (let place = 0; place < 2; place++) {
      const asked = rows.map((word) => word[given.marks === false ? place : place + 1]!);
      const logProbabilities = rowsOf(tf.logSoftmax(step.logits));
      logProbabilities.forEach((row, sample) => {
        expect(Math.abs(rowsOf(whole.costs!)[sample]![place]! + row[asked[sample]!]!)).toBeLessThan(1e-5);
        const even = row.reduce((sum, each) => sum + each, 0) / row.length;
        expect(Math.abs(rowsOf(whole.evenCosts!)[sample]![place]! + even)).toBeLessThan(1e-5);
      });
      step = head.decoder!.next(tf.tensor1d(asked, 'int32'), step.state, view, context);
    }
  });

  test.each(models)('what is written greedily is at every place the likeliest without a cache too: %o', (given) => {
    const { viewOf, predict, write } = decoderModel({ ...given, letters: 7 });
    const written = write(viewOf([4, 2, 1]), 3);
    const { costs, right, counted } = predict(
      viewOf(
        [4, 2, 1],
        written.map(({ ids }) => [BEGIN, ...ids]),
      ),
    );
    written.forEach(({ ids, logProbability }, row) => {
      expect(rowsOf(right!)[row]!.slice(0, ids.length)).toEqual(ids.map(() => 1));
      const total = rowsOf(costs!)[row]!.reduce((sum, cost, place) => sum + cost * rowsOf(counted!)[row]![place]!, 0);
      expect(Math.abs(total + logProbability)).toBeLessThan(1e-5);
      expect(ids.length === 6 || ids.at(-1) === END).toBe(true);
    });
  });

  test.each(models)(
    'a beam of one is greedy, whatever the length penalty; a wider one is no less likely: %o',
    (given) => {
      const { viewOf, write } = decoderModel({ ...given, letters: 7 });
      const view = viewOf([4, 2, 1]);
      const greedy = write(view, 3, 'greedy');
      for (const lengthPenalty of [0, 1]) expect(write(view, 3, { beam: 1, lengthPenalty })).toEqual(greedy);
      write(view, 3, { beam: 20 }).forEach((best, row) => {
        expect(best.logProbability).toBeGreaterThanOrEqual(greedy[row]!.logProbability - 1e-5);
      });
    },
  );

  test('samples are written as they are alone, whatever goes on beside them', () => {
    const { viewOf, write } = decoderModel({ letters: 7, seed: 3 });
    const source = noise('source', [3, 4, WIDTH]);
    const together = write(viewOf([4, 2, 1], undefined, source), 3, { beam: 3 });
    [4, 2, 1].forEach((length, row) => {
      const alone = write(viewOf([length], undefined, tf.slice(source, [row, 0, 0], [1, 4, WIDTH])), 1, {
        beam: 3,
      })[0]!;
      expect(together[row]!.ids).toEqual(alone.ids);
      expect(together[row]!.logProbability).toBeCloseTo(alone.logProbability, 4);
    });
  });

  test('leaves no tensor behind, and those of the view as they were', () => {
    const { viewOf, write } = decoderModel();
    const view = viewOf([4, 2]);
    const before = tf.memory().numTensors;
    for (const choice of ['greedy', { beam: 3 }, { topP: 0.9 }] as const) write(view, 2, choice);
    expect(tf.memory().numTensors).toBe(before);
    expect([...view.fused!.valid.dataSync()]).toEqual([1, 1, 1, 1, 1, 1, 0, 0]);
  });
});

describe('captioning', () => {
  test('with smoothed labels gradients equal central differences', () => {
    const { weights, viewOf, predict } = decoderModel({ options: { layers: 1 } });
    const view = viewOf([4, 2], words.slice(0, 2));
    const { total } = objectiveModel(captioning({ head: 'reply', labelSmoothing: 0.3 }));
    const loss = () => {
      const outputs = Object.entries(predict(view)).map(([name, value]) => [`reply/${name}`, value]);
      return total(lossView({ outputs: Object.fromEntries(outputs) }));
    };
    expect(numericGradientCheck(tf, weights, loss, { entries: 2 }).compared).toBeGreaterThan(weights.size);
  });

  const outputs = {
    'reply/costs': tf.tensor2d([[1, 2, 9]]),
    'reply/evenCosts': tf.tensor2d([[3, 5, 9]]),
    'reply/counted': tf.tensor2d([[1, 1, 0]]),
    'reply/right': tf.tensor2d([[1, 0, 1]]),
  };

  test('sum over the tokens that count, and their number; smoothed; the share that is right beside it', () => {
    const of = (options = {}) =>
      objectiveModel(captioning({ head: 'reply', ...options })).measure(lossView({ outputs }));
    expect(of()).toEqual({ reply: { sum: 3, count: 2 }, right: { sum: 1, count: 2 } });
    // 0.9 * 1 + 0.1 * 3 + 0.9 * 2 + 0.1 * 5
    expect(of({ labelSmoothing: 0.1 }).reply!.sum).toBeCloseTo(3.5, 5);
    expect(() => objectiveModel(captioning({ head: 'kind' })).measure(lossView({ outputs }))).toThrow(
      /head "kind" has no `costs`, its outputs are none; name a `decoder` head/,
    );
  });
});
