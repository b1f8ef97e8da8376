import { endianness } from 'node:os';
import { type HostArray, type HostDataType, ModalkitError } from '@modalkit/contract';
import { isPrintable, isReservedName } from './reserved-name.js';
import { safetensorsLimits as limits } from './safetensors-limits.js';
import { safetensorsTypeOf } from './safetensors-type.js';

const classes: Readonly<Record<HostDataType, typeof Float32Array | typeof Int32Array | typeof Uint8Array>> = {
  float32: Float32Array,
  int32: Int32Array,
  bool: Uint8Array,
};

/**
 * Writes arrays in the safetensors format: length of the header (8 bytes, little endian), header (JSON padded with
 * spaces to 8 bytes), data. Tensors are sorted by name, so equal content gives equal bytes.
 * @throws ModalkitError CHECKPOINT for a name or an array that could not be read back
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, HostArray>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const sorted = [...tensors].sort(([a], [b]) => (a < b ? -1 : 1));
  const header = encodeHeader(sorted, metadata);
  const size = sorted.reduce((sum, [, array]) => sum + array.data.byteLength, 8 + header.length);
  const bytes = new Uint8Array(size);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  let at = 8 + header.length;
  for (const [, array] of sorted) {
    bytes.set(littleEndian(array), at);
    at += array.data.byteLength;
  }
  return bytes;
}

function encodeHeader(
  tensors: readonly (readonly [string, HostArray])[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const keys = Object.keys(metadata);
  keys.forEach(checkName);
  const parts = keys.length > 0 ? [`"__metadata__":${JSON.stringify(metadata)}`] : [];
  let begin = 0;
  for (const [name, array] of tensors) {
    checkName(name);
    checkArray(name, array);
    const end = begin + array.data.byteLength;
    const entry = { dtype: safetensorsTypeOf(array), shape: array.shape, data_offsets: [begin, end] };
    parts.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
    begin = end;
  }
  const bytes = new TextEncoder().encode(`{${parts.join(',')}}`);
  if (tensors.length > limits.tensors || bytes.length > limits.headerBytes - 8) {
    throw new ModalkitError(
      'CHECKPOINT',
      `${tensors.length} tensors with a header of ${bytes.length} bytes are more than one file may hold ` +
        `(${limits.tensors} and ${limits.headerBytes}): split them over several files.`,
    );
  }
  const padded = new Uint8Array(Math.ceil(bytes.length / 8) * 8).fill(0x20);
  padded.set(bytes);
  return padded;
}

function checkName(name: string): void {
  const bare = name !== '' && name !== '__metadata__' && name.length < limits.nameLength / 2;
  if (bare && isPrintable(name) && !isReservedName(name)) return;
  throw new ModalkitError(
    'CHECKPOINT',
    `A tensor cannot be saved under the name ${JSON.stringify(name.slice(0, 80))}: it is empty, reserved, too long ` +
      'or has control characters. Choose another name.',
  );
}

function checkArray(name: string, { dtype, shape, data }: HostArray): void {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const whole = shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0) && shape.length <= limits.rank;
  if (whole && data instanceof classes[dtype] && data.length === size) return;
  throw new ModalkitError(
    'CHECKPOINT',
    `Tensor ${JSON.stringify(name)} cannot be saved: ${data.length} elements of ${data.constructor.name} do not make ` +
      `${dtype} of shape [${shape}]. Correct the shape or the array.`,
  );
}

function littleEndian({ dtype, data }: HostArray): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (endianness() === 'LE' || dtype === 'bool') return bytes;
  return Buffer.from(bytes).swap32();
}
