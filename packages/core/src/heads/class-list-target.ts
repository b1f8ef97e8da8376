import type { TargetSpec } from '@modalkit/contract';
import { z } from 'zod';
import { type ClassList, classIndex, classItems, someNames } from './class-names.js';

/**
 * A target that is a list of at most `maxLength` of n classes; collated to int32 `[B,maxLength]`: 1 + the class's index,
 * then zeros.
 */
export function classListTarget(names: readonly string[], maxLength: number): TargetSpec<ClassList> {
  const isList = (value: unknown): value is ClassList => {
    const list = classItems(value);
    return list !== undefined && list.length <= maxLength && list.every((item) => classIndex(names, item) >= 0);
  };
  return {
    listOf: names,
    schema: z.custom<ClassList>(isList, `expected a list of at most ${maxLength} of ${someNames(names)}`),
    collate: (values) => {
      const data = new Int32Array(values.length * maxLength);
      values.forEach((value, row) => {
        data.set(
          classItems(value ?? [])!.map((item) => 1 + classIndex(names, item)),
          row * maxLength,
        );
      });
      return { dtype: 'int32', shape: [values.length, maxLength], data };
    },
  };
}
