import { createTestModel } from '@modalkit/toolkit/testing';
import { describe, expect, test } from 'vitest';
import { list } from '../../src/compose/index.js';
import { gammaDraws } from '../../src/masking/gamma-draws.js';
import { hiddenShares } from '../../src/masking/hidden-shares.js';
import { forward } from '../../src/train/forward.js';
import { series } from '../fixtures/series-plugin.js';
import { batchOf, meanSquare, project, sample, testModel } from '../fixtures/test-project.js';
import { tf } from '../fusion/tf.js';

const DRAWS = 2000;
const step = (stepNumber = 0) => createTestModel({ tf, state: undefined, stepNumber }).step;
const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

test.each([0.2, 1, 3, 50])('gamma of shape %d has that mean and that variance, is above 0 and keyed', (alpha) => {
  const draws = gammaDraws(step(), [DRAWS], alpha).dataSync();
  const [first, second] = [mean(draws), mean(draws.map((value) => value ** 2))];
  // Four standard errors; that of the variance is alpha (2 + 6 / alpha)^0.5 / n^0.5.
  expect(Math.abs(first - alpha)).toBeLessThan(4 * Math.sqrt(alpha / DRAWS));
  expect(Math.abs(second - first ** 2 - alpha)).toBeLessThan(4 * alpha * Math.sqrt((2 + 6 / alpha) / DRAWS));
  expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
  expect([...gammaDraws(step(), [DRAWS], alpha).dataSync()]).toEqual([...draws]);
  expect([...gammaDraws(step(1), [DRAWS], alpha).dataSync()]).not.toEqual([...draws]);
});

test('gamma of shape 1 is the exponential distribution near 0 too, where proposals alone are not', () => {
  const draws = gammaDraws(step(), [6000], 1).dataSync();
  // P(x < 0.05) = 1 - e^-0.05 = 0.0488, four standard errors 0.0111; of unchecked proposals it is 0.0716.
  expect(Math.abs(draws.filter((value) => value < 0.05).length / 6000 - 0.0488)).toBeLessThan(0.0111);
});

describe('shares of a budget', () => {
  const counts = [tf.fill([DRAWS], 40), tf.fill([DRAWS], 10), tf.zeros([DRAWS])];
  const seen = (visible: number, concentration: number) =>
    hiddenShares(step(), { visible, concentration }, counts).map((share, input) =>
      share.dataSync<'float32'>().map((value) => (1 - value) * [40, 10, 0][input]!),
    );

  test('what two inputs show adds up to the budget, whatever an absent one would have got', () => {
    const [a, b, none] = seen(8, 1) as [Float32Array, Float32Array, Float32Array];
    for (const [row, value] of a.entries()) expect(value + b[row]!).toBeCloseTo(8, 4);
    expect(Math.max(...none)).toBe(0);
    // Dirichlet(1, 1) is uniform: its mean is 1/2, its variance 1/12; four standard errors of 8 times the mean are 0.21.
    expect(Math.abs(mean(a) - 4)).toBeLessThan(0.21);
    expect(Math.abs(mean(a.map((value) => (value / 8 - 0.5) ** 2)) - 1 / 12)).toBeLessThan(0.01);
  });

  test('near 0 one gets nearly all, far above 1 each the same', () => {
    const uneven = (concentration: number) =>
      mean(seen(8, concentration)[0]!.map((value) => Math.abs(value / 8 - 0.5)));
    expect(uneven(0.05)).toBeGreaterThan(0.42);
    expect(uneven(200)).toBeLessThan(0.03);
  });

  test('no input shows more tokens than it has', () => {
    expect(Math.max(...seen(100, 1)[1]!)).toBeLessThanOrEqual(10);
  });
});

describe('in a model', () => {
  const objectives = { left: meanSquare({ input: 'left' }) };
  const tokenBudget = { inputs: ['left', 'right'], visible: 6 };
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

  test('as many tokens are seen as the budget says, absent inputs and lists included; in evaluation all', async () => {
    const inputs = { left: series(), right: list(series(), 2) };
    const model = await testModel(project({ inputs, objectives, tokenBudget }));
    const samples = [
      sample('0', { left: numbers(16), right: [numbers(16), numbers(8)] }),
      sample('1', { left: numbers(16) }),
      sample('2', { right: [numbers(3)] }),
    ];
    /** Tokens of each sample that are seen. */
    const seen = async (draw: number, training: boolean) => {
      const batch = await batchOf(model, samples, { length: 16, draw });
      return tf.tidy(() => {
        const rows = Object.values(forward(model, batch, { training }).inputs).map(({ hidden, valid }) => {
          expect(tf.any(tf.logicalAnd(hidden, tf.logicalNot(valid))).dataSync()[0]).toBe(0);
          return tf.sum(tf.cast(tf.logicalAnd(valid, tf.logicalNot(hidden)), 'float32'), 1);
        });
        return [...tf.addN(rows).dataSync()] as never;
      }) as unknown as number[];
    };
    expect(await seen(0, false)).toEqual([40, 16, 3]);
    const found: number[][] = [];
    for (let draw = 0; draw < 30; draw++) found.push(await seen(draw, true));
    expect(found.every(([, , few]) => few === 3)).toBe(true);
    // Each token is seen by itself: a deviation of at most 2.4 a draw, four standard errors of 30 are 1.8.
    for (const row of [0, 1]) expect(Math.abs(mean(found.map((counts) => counts[row]!)) - 6)).toBeLessThan(1.8);
  });

  test.each<[string, object, RegExp]>([
    [
      'of an input that is not composed',
      { tokenBudget: { ...tokenBudget, inputs: ['left', 'rigth'] } },
      /tokenBudget .*"rigth"/,
    ],
    [
      'of an input with a policy of its own',
      { tokenBudget, masking: { left: { kind: 'drop', ratio: 0.5 } } },
      /tokenBudget: "left" has a policy in `masking` too/,
    ],
    ['of nothing', { tokenBudget: { ...tokenBudget, visible: 0 } }, /tokenBudget\.visible/],
    ['of one input', { tokenBudget: { ...tokenBudget, inputs: ['left'] } }, /tokenBudget\.inputs/],
  ])('a budget %s is refused', (_, change, message) => {
    expect(() => project({ inputs: { left: series(), right: series() }, objectives, ...change })).toThrow(message);
  });
});
