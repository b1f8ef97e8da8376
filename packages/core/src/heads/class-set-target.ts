import type { TargetSpec } from '@modalkit/contract';
import { z } from 'zod';
import { type ClassList, classIndex, classItems, someNames } from './class-names.js';

/** A target that is a set of n classes, none to all of them; collated to float32 `[B,n]`: 1 at its classes, 0 elsewhere. */
export function classSetTarget(names: readonly string[]): TargetSpec<ClassList> {
  const isSet = (value: unknown): value is ClassList => {
    const indices = classItems(value)?.map((item) => classIndex(names, item));
    return indices !== undefined && !indices.includes(-1) && new Set(indices).size === indices.length;
  };
  return {
    setOf: names,
    schema: z.custom<ClassList>(isSet, `expected a list, without repeats, of ${someNames(names)}`),
    collate: (values) => {
      const data = new Float32Array(values.length * names.length);
      values.forEach((value, row) => {
        for (const item of classItems(value ?? [])!) data[row * names.length + classIndex(names, item)] = 1;
      });
      return { dtype: 'float32', shape: [values.length, names.length], data };
    },
  };
}
