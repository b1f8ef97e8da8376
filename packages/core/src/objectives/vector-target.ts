import type { TargetSpec } from '@modalkit/contract';
import { z } from 'zod';

/** A target that is a vector of so many numbers; collated to float32 `[B,width]`. */
export function vectorTarget(width: number): TargetSpec<readonly number[]> {
  const message = `expected a list of ${width} numbers`;
  return {
    schema: z.array(z.number('expected a finite number'), message).refine(({ length }) => length === width, message),
    collate: (values) => {
      const data = new Float32Array(values.length * width);
      values.forEach((value = [], row) => {
        data.set(value, row * width);
      });
      return { dtype: 'float32', shape: [values.length, width], data };
    },
  };
}
