import type { Measured } from '@modalkit/contract';
import { bootstrapRows } from './bootstrap-rows.js';

/**
 * Mean of numbers of samples, NaN for those that have none, as `name`, with its bootstrap interval over samples; nothing where no
 * sample has one.
 */
export function bootstrapMean(numbers: readonly number[], name: string): Record<string, Measured> {
  const known = numbers.filter((each) => !Number.isNaN(each));
  if (known.length === 0) return {};
  const mean = (times: Uint32Array) => [known.reduce((sum, each, row) => sum + each * times[row]!, 0) / known.length];
  return { [name]: bootstrapRows(known.length, mean, name)[0]! };
}
