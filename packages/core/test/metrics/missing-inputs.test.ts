import type { TargetSpec } from '@modalkit/contract';
import { hostRandom } from '@modalkit/toolkit';
import { expect, test } from 'vitest';
import { classTarget } from '../../src/heads/index.js';
import { missingInputs } from '../../src/metrics/index.js';
import { measure } from './evaluation.js';

const specs = { kind: classTarget(['x', 'y']) as TargetSpec };
const [x, y] = [
  [1, 0],
  [0, 1],
];
const N = 400;
const all = <T>(value: T) => Array.from({ length: N }, () => value);
/** Always class x. With both inputs the answer is right, with `a` alone too, with `b` alone wrong. */
const parts = {
  rows: { a: all(x!), b: all(x!) },
  targets: { kind: all('x') },
  specs,
  subsets: { a: { 'm/logits': all(x!) }, b: { 'm/logits': all(y!) }, 'a+b': { 'm/logits': all(x!) } },
};
const metric = (shares: number[]) => missingInputs({ inputs: ['a', 'b'], head: 'm', target: 'kind', shares });
const draw = (row: number, input: string) => hostRandom(0, row, '@modalkit/core/missingInputs').uniform(input);

test('only where a is missing and b is not is the answer wrong; nobody lacks both', async () => {
  const shares = [0, 0.3, 0.6, 0.9];
  const { values, figures } = await measure(metric(shares), parts);
  const rows = [...Array(N).keys()];
  for (const share of shares) {
    const wrongAlone = rows.filter((row) => draw(row, 'a') < share).length;
    // Where both would go, the one that goes last stays: b, where a's draw is the smaller.
    const wrong = rows.filter(
      (row) => draw(row, 'a') < share && (draw(row, 'b') >= share || draw(row, 'b') > draw(row, 'a')),
    );
    expect(values[`missing/m/a/${share}`]!.value).toBeCloseTo(1 - wrongAlone / N, 10);
    expect(values[`missing/m/b/${share}`]!.value).toBe(1);
    expect(values[`missing/m/${share}`]!.value).toBeCloseTo(1 - wrong.length / N, 10);
    // About as many as the share says: 400 draws have a standard deviation of at most 10.
    expect(Math.abs(wrongAlone - share * N)).toBeLessThan(40);
  }
  expect(figures).toMatchObject([{ kind: 'curves', curves: [{ name: 'every input' }, { name: 'a' }, { name: 'b' }] }]);
  expect(figures[0]).toHaveProperty('curves.1.points.0', { at: 0, value: 1, low: expect.any(Number), high: 1 });
});

test('a sample that lacks an input already is answered from what it has; one without any, or without a class, does not count', async () => {
  const some = (index: number) => [x!, null, x!, null, x!][index] ?? null;
  const { values } = await measure(missingInputs({ inputs: ['a', 'b'], head: 'm', target: 'kind', shares: [0, 0.5] }), {
    rows: { a: [0, 1, 2, 3, 4].map(some), b: [x!, x!, x!, null, x!] },
    targets: { kind: ['x', 'x', 'x', 'x', undefined] },
    specs,
    subsets: Object.fromEntries(
      Object.entries(parts.subsets).map(([key, { 'm/logits': rows }]) => [key, { 'm/logits': rows.slice(0, 5) }]),
    ),
  });
  // Of the three with a class and an input, the second has b alone: wrong.
  expect(values['missing/m/0']).toMatchObject({ value: 2 / 3, n: 3 });
});

test('a share of 1, one input alone, or one named twice is refused', () => {
  expect(() => missingInputs({ inputs: ['a', 'b'], head: 'm', shares: [0, 1] })).toThrow(/missingInputs: shares\.1/);
  expect(() => missingInputs({ inputs: ['a'], head: 'm' })).toThrow(/missingInputs: inputs/);
  expect(() => missingInputs({ inputs: ['a', 'a'], head: 'm' })).toThrow(/each input is named once/);
});
