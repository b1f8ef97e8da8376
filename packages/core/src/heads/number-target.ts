import type { TargetSpec } from '@modalkit/contract';
import { z } from 'zod';

/** Numbers of a sample: one, or a list of them; in a table a cell of numbers with spaces between them. */
export type Numbers = number | readonly number[] | string;

/** As what its numbers are measured from: (value - mean) / deviation. */
export interface Standard {
  readonly mean: number;
  readonly deviation: number;
}

/** A target of `width` finite numbers, collated to float32 `[B,width]` in deviations from the mean. */
export function numberTarget(width: number, { mean, deviation }: Standard): TargetSpec<Numbers> {
  const isRow = (value: unknown): value is Numbers => {
    const numbers = numbersOf(value);
    return numbers?.length === width && numbers.every(Number.isFinite);
  };
  return {
    schema: z.custom<Numbers>(isRow, width === 1 ? 'expected a finite number' : `expected ${width} finite numbers`),
    collate: (values) => {
      const data = new Float32Array(values.length * width);
      values.forEach((value, row) => {
        const standard = value === undefined ? [] : numbersOf(value)!.map((number) => (number - mean) / deviation);
        data.set(standard, row * width);
      });
      return { dtype: 'float32', shape: [values.length, width], data };
    },
  };
}

/** A value's numbers in their own unit, or undefined when it has none. */
export function numbersOf(value: unknown): number[] | undefined {
  if (typeof value === 'number') return [value];
  if (typeof value === 'string') return value.split(/\s+/).filter(Boolean).map(Number);
  return Array.isArray(value) && value.every((item) => typeof item === 'number') ? value : undefined;
}
