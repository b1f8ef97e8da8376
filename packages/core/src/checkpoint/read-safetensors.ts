import { endianness } from 'node:os';
import { type HostArray, ModalkitError } from '@modalkit/contract';
import { HeaderFault } from './header-scanner.js';
import { type Header, type HeaderEntry, parseSafetensorsHeader } from './parse-safetensors-header.js';
import { safetensorsLimits as limits } from './safetensors-limits.js';
import { safetensorsTypes } from './safetensors-type.js';

export interface SafetensorsContent {
  readonly tensors: ReadonlyMap<string, HostArray>;
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Reads a safetensors file from an untrusted place (format: huggingface/safetensors). The arrays are copies.
 * @param source the file's name, for the error
 * @throws ModalkitError CHECKPOINT with what is wrong: header, names, types, shapes, overlaps, holes, bytes left over
 */
export function readSafetensors(bytes: Uint8Array, source: string): SafetensorsContent {
  try {
    const { header, data } = splitHeader(bytes);
    checkOffsets(header.entries, data.length);
    const tensors = new Map(header.entries.map((entry) => [entry.name, readTensor(entry, data)]));
    return { tensors, metadata: header.metadata };
  } catch (fault) {
    if (!(fault instanceof HeaderFault)) throw fault;
    throw new ModalkitError(
      'CHECKPOINT',
      `${source} is not a sound safetensors file: ${fault.message}. Take another copy or an older checkpoint.`,
      { file: source, problem: fault.message },
    );
  }
}

function splitHeader(bytes: Uint8Array): { header: Header; data: Uint8Array } {
  if (bytes.length < 8) throw new HeaderFault(`${bytes.length} bytes are too few for the length of a header`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(bytes.length - 8)) {
    throw new HeaderFault(`its header of ${length} bytes is longer than the file of ${bytes.length}`);
  }
  if (length > BigInt(limits.headerBytes)) {
    throw new HeaderFault(`its header of ${length} bytes is longer than the ${limits.headerBytes} allowed`);
  }
  const start = 8 + Number(length);
  return { header: parseSafetensorsHeader(decodeUtf8(bytes.subarray(8, start))), data: bytes.subarray(start) };
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new HeaderFault('its header is not UTF-8');
  }
}

/** The tensors must cover the data once: no overlap, no hole, nothing left over. */
function checkOffsets(entries: readonly HeaderEntry[], length: number): void {
  let covered = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== covered) {
      const kind = begin < covered ? 'an overlap' : 'a hole';
      throw new HeaderFault(`${kind} before tensor ${JSON.stringify(name.slice(0, 80))} at byte ${begin} of the data`);
    }
    covered = end;
  }
  if (covered !== length) throw new HeaderFault(`its tensors end at byte ${covered} of ${length} bytes of data`);
}

function readTensor({ name, type, shape, begin, end }: HeaderEntry, data: Uint8Array): HostArray {
  const { dtype } = safetensorsTypes.get(type)!;
  const bytes = new Uint8Array(data.subarray(begin, end));
  if (type === 'BOOL' && bytes.some((byte) => byte > 1)) {
    throw new HeaderFault(`tensor ${JSON.stringify(name.slice(0, 80))} is BOOL with a byte above 1`);
  }
  if (dtype === 'bool') return { dtype, shape, data: bytes };
  if (endianness() === 'BE') Buffer.from(bytes.buffer).swap32();
  return { dtype, shape, data: new (dtype === 'float32' ? Float32Array : Int32Array)(bytes.buffer) };
}
