import { type HostArray, type HostDataType, type Json, ModalkitError } from '@modalkit/contract';
import { isReservedName } from './reserved-name.js';

/** Plain data with typed arrays, split into what JSON holds and what safetensors holds. */
export interface PackedState {
  readonly json: Json;
  readonly tensors: ReadonlyMap<string, HostArray>;
}

/** Deeper data is refused, and so is data that contains itself. */
const MAX_DEPTH = 100;

/**
 * Splits plain data into JSON and tensors. `{"$array": name}` stands for a Float32Array, Int32Array or Uint8Array,
 * `{"$number": "NaN"}` for a number JSON lacks, `{"$entries": [[key, value], …]}` for an object with a reserved key.
 * Undefined fields are left out.
 * @throws ModalkitError CHECKPOINT naming the path of a value that is not plain data
 */
export function packState(value: unknown): PackedState {
  const tensors = new Map<string, HostArray>();
  const addArray = (data: HostArray['data'], dtype: HostDataType): Json => {
    const name = `array/${tensors.size}`;
    tensors.set(name, { dtype, shape: [data.length], data });
    return { $array: name };
  };
  return { json: pack(value, [], addArray), tensors };
}

type AddArray = (data: HostArray['data'], dtype: HostDataType) => Json;

function pack(value: unknown, path: readonly string[], addArray: AddArray): Json {
  if (path.length > MAX_DEPTH) return refuse(path.slice(0, 5), `nested deeper than ${MAX_DEPTH} or contains itself`);
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return packNumber(value);
  if (value instanceof Float32Array) return addArray(value, 'float32');
  if (value instanceof Int32Array) return addArray(value, 'int32');
  if (value instanceof Uint8Array) return addArray(value, 'bool');
  if (Array.isArray(value)) return value.map((item, index) => pack(item, [...path, String(index)], addArray));
  if (typeof value !== 'object' || !isPlain(value)) return refuse(path, `is ${describe(value)}`);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  const packed = entries.map(([key, item]): [string, Json] => [key, pack(item, [...path, key], addArray)]);
  const reserved = packed.some(([key]) => key.startsWith('$') || isReservedName(key));
  return reserved ? { $entries: packed } : Object.fromEntries(packed);
}

function packNumber(value: number): Json {
  if (Object.is(value, -0)) return { $number: '-0' };
  return Number.isFinite(value) ? value : { $number: String(value) };
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function describe(value: unknown): string {
  return typeof value === 'object' ? `a ${value?.constructor?.name}` : `of type ${typeof value}`;
}

function refuse(path: readonly string[], problem: string): never {
  const where = path.length > 0 ? `The state's ${JSON.stringify(path.join('.').slice(0, 200))}` : 'The state';
  throw new ModalkitError(
    'CHECKPOINT',
    `${where} ${problem}: a checkpoint holds plain data, Float32Array, Int32Array and Uint8Array only.`,
    { path },
  );
}
