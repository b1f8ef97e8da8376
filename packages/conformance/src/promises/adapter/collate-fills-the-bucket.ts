import type { Adapter, HostArray, HostArrays } from '@modalkit/contract';
import type { AdapterBench } from '../../adapter-bench.js';
import { broken, type Promised } from '../../promised.js';

const TYPES = { float32: 'Float32Array', int32: 'Int32Array', bool: 'Uint8Array' };
/** Extents of a position after [rows, tokens], and its type. */
const POSITIONS = { time: [[2], 'float32'], box: [[4], 'float32'], order: [[], 'int32'] } as const;

export const collateFillsTheBucket: Promised<Adapter, AdapterBench> = {
  id: 'collate-fills-the-bucket',
  title: 'collate gives arrays of the shape of the bucket and of stated types, `valid` and positions among them',
  check({ adapter, prepared, collate, length }) {
    for (const rows of [prepared, prepared.slice(0, 1), [undefined, ...prepared]]) {
      const arrays = collate(rows);
      checkArrays(arrays, rows.length);
      const tokens = arrays.valid.shape[1]!;
      if (adapter.length && tokens !== length)
        broken(`valid has ${tokens} tokens in a bucket of ${length}; pad to \`bucket.length\`.`);
      for (const name of adapter.supports.positions) checkPosition(name, arrays, [rows.length, tokens]);
    }
  },
};

function checkArrays(arrays: HostArrays, rows: number): void {
  if (arrays.valid?.dtype !== 'bool' || arrays.valid.shape.length !== 2)
    broken('valid must be a bool array [rows, tokens].');
  for (const [name, array] of Object.entries(arrays)) if (array) checkArray(name, array, rows);
}

function checkArray(name: string, { dtype, shape, data }: HostArray, rows: number): void {
  const type = data.constructor.name;
  if (type !== TYPES[dtype] && !(dtype === 'int32' && type === 'Uint8Array'))
    broken(`${name} is ${dtype} but its data is ${type}; use ${TYPES[dtype] ?? 'float32, int32 or bool'}.`);
  if (shape[0] !== rows)
    broken(`${name} has shape [${shape}] in a bucket of ${rows} rows; its first extent is the rows.`);
  const size = shape.reduce((product, extent) => product * extent, 1);
  if (data.length !== size) broken(`${name} has shape [${shape}] but ${data.length} numbers.`);
  if (!data.every(Number.isFinite))
    broken(`${name} holds numbers that are not finite; refuse such samples in prepare.`);
}

function checkPosition(name: keyof typeof POSITIONS, arrays: HostArrays, [rows, tokens]: [number, number]): void {
  const [rest, dtype] = POSITIONS[name];
  const [array, expected] = [arrays[name], [rows, tokens, ...rest]];
  if (!array) broken(`supports.positions names "${name}", but collate gives none.`);
  if (String(array.shape) !== String(expected) || array.dtype !== dtype)
    broken(`${name} is ${array.dtype} [${array.shape}]; it must be ${dtype} [${expected}].`);
}
