import type { TargetSpec } from '@modalkit/contract';
import { z } from 'zod';

/** A target that is one of n classes, given by name or by index; collated to int32 indices `[B]`. */
export function classTarget(names: readonly string[]): TargetSpec<string | number> {
  const indexOf = (value: unknown) =>
    typeof value === 'string' ? names.indexOf(value) : names[value as number] === undefined ? -1 : (value as number);
  const shown = names.length > 12 ? `${names.slice(0, 12).join(', ')}, …` : names.join(', ');
  return {
    names,
    schema: z.custom<string | number>(
      (value) => indexOf(value) >= 0,
      `expected one of ${shown} or an index from 0 to ${names.length - 1}`,
    ),
    collate: (values) => ({
      dtype: 'int32',
      shape: [values.length],
      data: Int32Array.from(values, (value) => (value === undefined ? 0 : indexOf(value))),
    }),
  };
}
