import type { TargetSpec } from '@modalkit/contract';
import { z } from 'zod';
import { classIndex, someNames } from './class-names.js';

/** A target that is one of n classes, given by name or by index; collated to int32 indices `[B]`. */
export function classTarget(names: readonly string[]): TargetSpec<string | number> {
  return {
    names,
    schema: z.custom<string | number>(
      (value) => classIndex(names, value) >= 0,
      `expected one of ${someNames(names)} or an index from 0 to ${names.length - 1}`,
    ),
    collate: (values) => ({
      dtype: 'int32',
      shape: [values.length],
      data: Int32Array.from(values, (value) => (value === undefined ? 0 : classIndex(names, value))),
    }),
  };
}
