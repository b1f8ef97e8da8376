import { isDeepStrictEqual } from 'node:util';
import type { Adapter } from '@modalkit/contract';
import { fitState } from '@modalkit/toolkit/testing';
import type { AdapterBench } from '../../adapter-bench.js';
import { broken, type Promised } from '../../promised.js';

export const fitIsPlain: Promised<Adapter, AdapterBench> = {
  id: 'fit-is-plain',
  title: 'what fit learns is plain data and typed arrays, and the same for the same samples',
  leftOut: ({ fit, fitPrepared }) => (fit || fitPrepared ? undefined : 'it learns nothing before training'),
  async check({ adapter, raw, fitted, state }) {
    const problem = notPlain(state, 'state');
    if (problem) broken(`fit gives ${problem}; a checkpoint keeps JSON, Float32Array, Int32Array and Uint8Array.`);
    const again = await fitState(adapter, raw, { ...fitted, state: undefined });
    if (!isDeepStrictEqual(again, state)) broken('fit learns something else from the same samples the second time.');
  },
};

/** Where something stands that a checkpoint cannot keep. */
function notPlain(value: unknown, path: string): string | undefined {
  if (value === null || ['boolean', 'string', 'number', 'undefined'].includes(typeof value)) return undefined;
  if (value instanceof Float32Array || value instanceof Int32Array || value instanceof Uint8Array) return undefined;
  if (typeof value !== 'object') return `a ${typeof value} (${path})`;
  const prototype = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null)
    return `a ${value.constructor?.name} (${path})`;
  return Object.entries(value)
    .map(([key, item]) => notPlain(item, `${path}.${key}`))
    .find((found) => found !== undefined);
}
