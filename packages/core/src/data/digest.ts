import { createHash } from 'node:crypto';

/** sha256 of plain data with typed arrays, as hex; equal whatever the order of an object's keys. */
export function digest(...values: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(values, canonical)).digest('hex');
}

function canonical(_key: string, value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return `${value.constructor.name}:${digestBytes(bytesOf(value))}`;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** sha256 of bytes, as hex. */
export function digestBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
