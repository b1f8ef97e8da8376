import type { StepContext, Tensor } from '@modalkit/contract';
import { expect, test } from 'vitest';
import { dropInputs } from '../../src/train/drop-inputs.js';
import { tf } from '../fusion/tf.js';

const [ROWS, RATE] = [20_000, 0.5];
const context = (seed: number) =>
  ({
    tf,
    random: { uniform: (_: string, shape: readonly number[]) => tf.randomUniform([...shape], 0, 1, 'float32', seed) },
  }) as unknown as StepContext;
const flags = (value: (row: number) => boolean): Tensor =>
  tf.tensor1d(
    Array.from({ length: ROWS }, (_, row) => value(row)),
    'bool',
  );
const bits = (tensors: readonly Tensor[]) => tensors.map((tensor) => [...tensor.dataSync<'bool'>()]);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

test('keeps what is there with its probability, never what is not, and never drops a sample whole', () => {
  const there = [flags(() => true), flags((row) => row % 2 === 0), flags(() => false)];
  const [first, second, third] = bits(dropInputs(context(1), there, RATE)) as [number[], number[], number[]];
  expect(first.every((kept, row) => kept + second[row]! > 0)).toBe(true);
  expect(third.some(Boolean)).toBe(false);
  // Alone it stays. Of two: kept at a draw of 0.5 or more, or below 0.5 and the higher, 1/2 + 1/8.
  const of = (values: number[], odd: number) => values.filter((_, row) => row % 2 === odd);
  expect([of(first, 1).every(Boolean), of(second, 1).some(Boolean)]).toEqual([true, false]);
  expect(mean(of(first, 0))).toBeCloseTo(0.625, 1.5);
  expect(mean(of(second, 0))).toBeCloseTo(0.625, 1.5);
});

test('a sample without anything stays so; the draws are the context’s', () => {
  const none = [flags(() => false), flags(() => false)];
  expect(
    bits(dropInputs(context(1), none, RATE))
      .flat()
      .some(Boolean),
  ).toBe(false);
  const all = [flags(() => true), flags(() => true)];
  expect(bits(dropInputs(context(1), all, RATE))).toEqual(bits(dropInputs(context(1), all, RATE)));
  expect(bits(dropInputs(context(1), all, RATE))).not.toEqual(bits(dropInputs(context(2), all, RATE)));
});
