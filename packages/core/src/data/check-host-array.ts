import type { HostArray, HostArrays, HostDataType } from '@modalkit/contract';

const TYPES: Readonly<Record<HostDataType, string>> = {
  float32: 'Float32Array',
  int32: 'Int32Array',
  bool: 'Uint8Array',
};

/** What is wrong with an array's shape or type, or undefined. */
export function arrayProblem(name: string, array: HostArray | undefined, rows: number): string | undefined {
  if (array?.data === undefined || !Array.isArray(array.shape)) return `${name} is no array with dtype, shape and data`;
  const { dtype, shape, data } = array;
  const type = Object.prototype.toString.call(data).slice(8, -1);
  if (TYPES[dtype] === undefined) return `${name} has dtype ${JSON.stringify(dtype)}; use float32, int32 or bool`;
  const bytes = dtype === 'int32' && type === 'Uint8Array';
  if (type !== TYPES[dtype] && !bytes) return `${name} is ${dtype} but its data is ${type}; it must be ${TYPES[dtype]}`;
  if (shape[0] !== rows) return `${name} has shape [${shape}]; the first extent must be the ${rows} rows of the bucket`;
  const size = shape.reduce((product, extent) => product * extent, 1);
  return data.length === size ? undefined : `${name} has shape [${shape}] but ${data.length} values`;
}

/** What is wrong with the arrays of a collated input, or undefined. */
export function arraysProblem(arrays: HostArrays, rows: number): string | undefined {
  if (typeof arrays !== 'object' || arrays === null) return 'it returned no arrays';
  if (arrays.valid?.dtype !== 'bool' || arrays.valid.shape?.length !== 2)
    return 'valid must be a bool array [rows, tokens]';
  for (const [name, array] of Object.entries(arrays)) {
    const problem = arrayProblem(name, array, rows);
    if (problem) return problem;
  }
  return undefined;
}

/** Rows in which some float is not finite, with the array it is in. */
export function rowsNotFinite(arrays: HostArrays): Map<number, string> {
  const found = new Map<number, string>();
  for (const [name, array] of Object.entries(arrays)) {
    if (array?.dtype !== 'float32') continue;
    const width = array.data.length / array.shape[0]!;
    const { data } = array;
    for (let index = 0; index < data.length; index++)
      if (!Number.isFinite(data[index])) {
        const row = Math.floor(index / width);
        found.set(row, name);
        index = (row + 1) * width - 1;
      }
  }
  return found;
}
