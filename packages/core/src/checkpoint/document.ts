import { type Json, ModalkitError } from '@modalkit/contract';
import { checkpointError } from './checkpoint-error.js';

/** A document as the only JSON that stands for it. @throws ModalkitError CHECKPOINT for a key `__proto__` */
export function encodeDocument(document: Json, name: string): string {
  const written = `${JSON.stringify(document)}\n`;
  if (!hasProtoKey(written)) return written;
  throw new ModalkitError(
    'CHECKPOINT',
    `Document ${name} has a key "__proto__", which cannot be saved: give it to packState first.`,
  );
}

/**
 * Reads a document from an untrusted place. Only what `encodeDocument` writes is accepted, byte by byte, so that
 * duplicate keys, numbers that JSON.parse rounds and anything before or after the value are refused.
 */
export function decodeDocument(bytes: Uint8Array, source: string): Json {
  try {
    const written = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const document = JSON.parse(written) as Json;
    if (`${JSON.stringify(document)}\n` === written && !hasProtoKey(written)) return document;
  } catch (cause) {
    throw checkpointError(source, 'is not JSON that can be read', cause);
  }
  throw checkpointError(
    source,
    'is not JSON as a checkpoint has it: a key twice, a rounded number or stray characters',
  );
}

/** In JSON.stringify's own writing a quoted name before a colon is a key: quotes within strings are escaped. */
function hasProtoKey(written: string): boolean {
  return written.includes('"__proto__":');
}
