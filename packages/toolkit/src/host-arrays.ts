import type { HostArray } from '@modalkit/contract';

/** `[rows, length]` bool: the first `lengths[row]` entries of each row are true. */
export function validFromLengths(lengths: readonly number[], length: number): HostArray {
  const data = new Uint8Array(lengths.length * length);
  for (const [row, count] of lengths.entries()) data.fill(1, row * length, row * length + count);
  return { dtype: 'bool', shape: [lengths.length, length], data };
}

/** Stacks rows of one shape into `[rows, ...shape]` float32; an undefined row is zeros. */
export function stackRows(rows: readonly (Float32Array | undefined)[], shape: readonly number[]): HostArray {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const data = new Float32Array(rows.length * size);
  rows.forEach((row, index) => {
    if (row) data.set(row, index * size);
  });
  return { dtype: 'float32', shape: [rows.length, ...shape], data };
}
