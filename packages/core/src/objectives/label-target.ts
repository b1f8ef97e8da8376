import type { TargetSpec } from '@modalkit/contract';
import { hashName } from '@modalkit/toolkit';
import { z } from 'zod';

/**
 * A target that is compared, not predicted: samples of equal value belong together. Collated to int32 ids `[B]`
 * without a vocabulary: a whole number is its own id, a string's id is its 31-bit hash (FNV-1a).
 */
export function labelTarget(): TargetSpec<string | number> {
  return {
    schema: z.union([z.string(), z.int32()], 'expected a string or a whole number within 32 bits'),
    collate: (values) => ({
      dtype: 'int32',
      shape: [values.length],
      data: Int32Array.from(values, (value = 0) => (typeof value === 'string' ? hashName(value) & 0x7fffffff : value)),
    }),
  };
}
