import type { TargetSpec } from '@modalkit/contract';
import { z } from 'zod';
import { classIndex, someNames } from './class-names.js';

/** A list of classes by name or index; in a table also one cell of names with spaces between them. */
export type ClassList = readonly (string | number)[] | string;

/**
 * A target that is a list of at most `maxLength` of n classes; collated to int32 `[B,maxLength]`: 1 + the class's index,
 * then zeros.
 */
export function classListTarget(names: readonly string[], maxLength: number): TargetSpec<ClassList> {
  const isList = (value: unknown): value is ClassList => {
    const list = itemsOf(value);
    return list !== undefined && list.length <= maxLength && list.every((item) => classIndex(names, item) >= 0);
  };
  return {
    listOf: names,
    schema: z.custom<ClassList>(isList, `expected a list of at most ${maxLength} of ${someNames(names)}`),
    collate: (values) => {
      const data = new Int32Array(values.length * maxLength);
      values.forEach((value, row) => {
        data.set(
          itemsOf(value ?? [])!.map((item) => 1 + classIndex(names, item)),
          row * maxLength,
        );
      });
      return { dtype: 'int32', shape: [values.length, maxLength], data };
    },
  };
}

function itemsOf(value: unknown): readonly unknown[] | undefined {
  if (typeof value === 'string') return value.split(/\s+/).filter(Boolean);
  return Array.isArray(value) ? value : undefined;
}
