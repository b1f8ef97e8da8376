import type { Sample, TargetSpec } from '@modalkit/contract';
import { z } from 'zod';

/** Whether a sample's column says that nothing is wrong: that word, or nothing at all. */
export function isNormal({ targets }: Sample, target: string, normal: string): boolean {
  const value = targets[target] ?? undefined;
  return value === undefined || String(value) === normal;
}

/** A target that is `normal` or any other word, which then names what is wrong; collated to int32 `[B]`, 0 and 1. */
export function normalTarget(normal: string): TargetSpec<string | number> {
  return {
    names: [normal, 'anomalous'],
    schema: z.union([z.string().min(1), z.number()], { error: `expected "${normal}", or the name of what is wrong` }),
    collate: (values) => ({
      dtype: 'int32',
      shape: [values.length],
      data: Int32Array.from(values, (value) => Number(value !== undefined && String(value) !== normal)),
    }),
  };
}
