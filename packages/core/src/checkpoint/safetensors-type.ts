import type { HostArray, HostDataType } from '@modalkit/contract';

/** Data types of the safetensors format that a HostArray can hold, and their bytes per element. */
export const safetensorsTypes: ReadonlyMap<string, { readonly dtype: HostDataType; readonly bytes: number }> = new Map([
  ['F32', { dtype: 'float32', bytes: 4 }],
  ['I32', { dtype: 'int32', bytes: 4 }],
  ['BOOL', { dtype: 'bool', bytes: 1 }],
  ['U8', { dtype: 'bool', bytes: 1 }],
]);

/** The format's type of an array: `bool` with a byte above 1 is U8. */
export function safetensorsTypeOf(array: HostArray): string {
  if (array.dtype === 'float32') return 'F32';
  if (array.dtype === 'int32') return 'I32';
  return array.data.every((byte) => byte <= 1) ? 'BOOL' : 'U8';
}
