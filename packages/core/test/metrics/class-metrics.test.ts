import { describe, expect, test } from 'vitest';
import { classTarget } from '../../src/heads/index.js';
import { accuracy, embeddingMap, zeroShot } from '../../src/metrics/index.js';
import { labelTarget } from '../../src/objectives/index.js';
import { measure } from './evaluation.js';

describe('accuracy', () => {
  test('share of largest logits at the class, with the confusion matrix', async () => {
    // Predicted 1, 0, 1 (first of equals), 0; true 1, 1, -, 0: 2 hits of 3.
    const parts = {
      outputs: {
        'match/logits': [
          [0, 1],
          [2, 1],
          [-1, -1],
          [3, 3],
        ],
      },
      targets: { match: ['no', 1, undefined, 'yes'] },
      specs: { match: classTarget(['yes', 'no']) as never },
    };
    const { values, figures } = await measure(accuracy({ head: 'match' }), parts);
    expect(values).toEqual({ 'accuracy/match': expect.objectContaining({ value: 2 / 3, n: 3 }) });
    expect(figures).toEqual([
      expect.objectContaining({
        kind: 'matrix',
        rows: ['yes', 'no'],
        values: [
          [1, 0],
          [1, 1],
        ],
      }),
    ]);
  });

  test('reads another column when `target` names it', async () => {
    const parts = {
      outputs: { 'match/logits': [[0, 1]] },
      targets: { kind: [1] },
      specs: { kind: classTarget(['0', '1']) as never },
    };
    const { values } = await measure(accuracy({ head: 'match', target: 'kind' }), parts);
    expect(values['accuracy/match']!.value).toBe(1);
  });

  test('each value of a column is measured apart', async () => {
    // Easy: 1 hit of 2. Hard: 1 of 1, and a sample without a class.
    const yes = [1, 0];
    const parts = {
      outputs: { 'match/logits': [yes, yes, yes, yes] },
      targets: { match: ['yes', 'no', 'yes', undefined], level: ['easy', 'easy', 'hard', 'hard'] },
      specs: { match: classTarget(['yes', 'no']) as never, level: labelTarget() as never },
    };
    const { values } = await measure(accuracy({ head: 'match', by: ['level'] }), parts);
    expect(values).toEqual({
      'accuracy/match': expect.objectContaining({ value: 2 / 3, n: 3 }),
      'accuracy/match/easy': expect.objectContaining({ value: 1 / 2, n: 2 }),
      'accuracy/match/hard': expect.objectContaining({ value: 1, n: 1 }),
    });
  });
});

describe('zero-shot', () => {
  const prompts = {
    en: { 3: ['a three'], 10: ['a ten', 'ten'] },
    zh: { 3: ['数字三'], 10: ['数字十'] },
  };
  const vectors = { 'a three': [1, 0], 'a ten': [0, 1], ten: [0.6, 0.8], 数字三: [0, 1], 数字十: [1, 0] };
  const settings = { input: 'a', by: 'b', target: 'kind', prompts };
  // Class 10 in English: the mean of (0, 1) and (0.6, 0.8) normalised: (0.316, 0.949).
  const rows = [[1, 0], [0.8, 0.6], [0.6, 0.8], null, [0, 1]];

  test('the class of largest cosine to the mean of its prompts, for each set', async () => {
    // Cosines (3, 10): (1, .316), (.8, .822), (.6, .949), (0, .949). True 3, 3, 10, 10; the last sample is a 7: left out.
    const parts = { rows: { a: rows }, targets: { kind: [3, '3', 10, 10, 7] }, prompts: vectors };
    const { values, figures } = await measure(zeroShot(settings), parts);
    expect(values['zeroShot/en']).toMatchObject({ value: 2 / 3, n: 3 });
    // In Chinese the two vectors are swapped: 3 -> (0, 1), 10 -> (1, 0). Predicted 10, 10, 3.
    expect(values['zeroShot/zh']).toMatchObject({ value: 0, n: 3 });
    expect(figures.map((figure) => figure.kind === 'matrix' && figure.values)).toEqual([
      [
        [1, 1],
        [0, 1],
      ],
      [
        [0, 2],
        [1, 0],
      ],
    ]);
  });

  test('refuses a class without prompts, by name', () => {
    expect(() => zeroShot({ ...settings, prompts: { en: { 3: [] } } })).toThrow('prompts.en.3');
  });
});

describe('embedding map', () => {
  test('spreads its points over the samples that have the input and a label', async () => {
    const parts = {
      rows: {
        a: [[1, 0], null, [0, 1], [0.6, 0.8]],
        b: [
          [0, 1],
          [1, 0],
          [1, 0],
          [1, 0],
        ],
      },
      targets: { kind: [7, 8, 9, undefined] },
    };
    const { values, figures } = await measure(embeddingMap({ inputs: ['a', 'b'], target: 'kind', points: 4 }), parts);
    expect(values).toEqual({});
    expect(figures).toEqual([
      {
        kind: 'map',
        title: 'Where a and b lie, by kind',
        points: [
          { vector: [1, 0], group: 'a', label: '7' },
          { vector: [0, 1], group: 'a', label: '9' },
          { vector: [0, 1], group: 'b', label: '7' },
          { vector: [1, 0], group: 'b', label: '8' },
        ],
      },
    ]);
  });
});
