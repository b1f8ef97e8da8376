import { expect, test } from 'vitest';
import { exactMatch } from '../../src/metrics/index.js';
import { labelTarget } from '../../src/objectives/index.js';
import { measure, numbers } from './evaluation.js';

// Inputs are named after themselves and their row: `answer0`, `answer1`, … ; the third sample has no answer, the second no question.
const parts = {
  rows: { answer: [[1], [1], null, [1]], question: [[1], null, [1], [1]] },
  targets: { language: ['en', '中', 'en', 'en'] },
  specs: { language: labelTarget() as never },
  written: {
    reply: { input: 'answer', samples: ['answer0', 'answer1', 'answer2', 'Answer3'] },
    'reply/question': { input: 'answer', samples: ['answer0', 'x', 'x', 'answer3'] },
  },
  preview: (_: string, raw: unknown) => ({ kind: 'words', text: String(raw) }) as const,
};

test('the share of samples with a reference that are written to the letter, by group and from some inputs', async () => {
  const plugin = exactMatch({ head: 'reply', by: ['language'], subsets: [['question']] });
  const { values, bySample } = await measure(plugin, parts);
  expect(numbers(values)).toEqual({
    'exactMatch/reply': 2 / 3, // answer0, answer1, not Answer3
    'exactMatch/reply/en': 1 / 2,
    'exactMatch/reply/中': 1,
    'exactMatchFrom/reply/question': 1, // of the first and the last, which have both
  });
  expect(values['exactMatch/reply']!.n).toBe(3);
  expect(bySample).toEqual({
    'exactMatch/reply': [1, 1, Number.NaN, 0],
    'exactMatchFrom/reply/question': [1, Number.NaN, Number.NaN, 1],
  });
});

test('shows what was written beside its reference, or beside another input', async () => {
  const { figures } = await measure(exactMatch({ head: 'reply' }), parts);
  const row = (query: string, written: string, score: number) => ({
    query: { kind: 'words', text: query },
    results: [{ preview: { kind: 'words', text: written }, score, hit: score === 1 }],
  });
  expect(figures).toEqual([
    {
      kind: 'gallery',
      title: expect.stringContaining('reply'),
      rows: [row('answer0', 'answer0', 1), row('answer1', 'answer1', 1), row('answer3', 'Answer3', 0)],
    },
  ]);
  const { figures: shown } = await measure(exactMatch({ head: 'reply', show: 'question' }), parts);
  expect(shown).toMatchObject([{ rows: [row('question0', 'answer0', 1), row('question3', 'Answer3', 0)] }]);
});
