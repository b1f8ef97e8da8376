import type { Aligned, HostArray, HostArrays, Tensor, Tf } from '@modalkit/contract';
import { hostRandom } from '@modalkit/toolkit';
import { numbersOf } from './compare.js';

/** Runs a function and lets its tensors go; what it returns holds none. */
export const tidied = <T>(tf: Tf, run: () => T): T => tf.tidy(() => run() as never) as T;

/** Rows of a tensor as numbers. */
export function rowsOf(tensor: Tensor): number[][] {
  const [numbers, width] = [numbersOf(tensor), tensor.size / tensor.shape[0]!];
  return Array.from({ length: tensor.shape[0]! }, (_, row) => numbers.slice(row * width, (row + 1) * width));
}

/** What the rest of a model sees of each row: values of its valid tokens, then the pooled vector. */
export function seenOf({ values, valid, pooled }: Pick<Aligned, 'values' | 'valid' | 'pooled'>): number[][] {
  const width = values.shape[2]!;
  const [all, real] = [rowsOf(values), rowsOf(valid)];
  return rowsOf(pooled).map((vector, row) => [
    ...real[row]!.flatMap((isReal, token) => (isReal ? all[row]!.slice(token * width, (token + 1) * width) : [])),
    ...vector,
  ]);
}

const LAYOUT = ['valid', 'time', 'box', 'order'];

/** The arrays that hold what a sample is, beside where its tokens are. */
export const contentOf = (arrays: HostArrays): [string, HostArray][] =>
  Object.entries(arrays).filter((entry): entry is [string, HostArray] => !LAYOUT.includes(entry[0]) && !!entry[1]);

/** The same arrays with one entry changed: a float moved by 1, a flag turned, an integer replaced by another of the array. */
export function withChanged(arrays: HostArrays, name: string, index: number): HostArrays {
  const { dtype, data, shape } = arrays[name]!;
  const changed = data.slice();
  const old = data[index]!;
  if (dtype === 'float32') changed[index] = old + 1;
  else if (dtype === 'bool') changed[index] = 1 - old;
  else changed[index] = [...data].find((value) => value !== old) ?? old;
  return { ...arrays, [name]: { dtype, shape, data: changed } };
}

/** Places in the content of collated arrays, drawn by key: array and index. */
export function placesIn(arrays: HostArrays, count: number): { readonly name: string; readonly index: number }[] {
  const content = contentOf(arrays).filter(([, { data }]) => data.length > 0);
  const random = hostRandom(1, 0, 'places');
  return Array.from({ length: content.length === 0 ? 0 : count }, (_, draw) => {
    const [name, { data }] = content[draw % content.length]!;
    return { name, index: Math.floor(random.uniform(name, draw) * data.length) };
  });
}

/** Rows of a collated array. */
export function rowsOfArray({ data, shape }: HostArray): number[][] {
  const width = data.length / shape[0]!;
  return Array.from({ length: shape[0]! }, (_, row) => [...data.subarray(row * width, (row + 1) * width)]);
}
