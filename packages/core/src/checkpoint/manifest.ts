import { createHash } from 'node:crypto';
import { z } from 'zod';
import { checkpointError } from './checkpoint-error.js';
import { isContentFile } from './checkpoint-names.js';

/** Number of the layout of a checkpoint's folder. */
const FORMAT = 1;

const manifestSchema = z.strictObject({
  format: z.literal(FORMAT),
  step: z.int().min(0),
  created: z.iso.datetime(),
  files: z
    .array(
      z.strictObject({
        name: z.string().refine(isContentFile, 'is not a name that a checkpoint may hold'),
        size: z.int().min(0),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .max(256)
    .refine((files) => new Set(files.map(({ name }) => name)).size === files.length, 'names a file twice'),
});

/** What a checkpoint's folder holds: its files with their sizes in bytes and hashes. */
export type Manifest = Omit<z.infer<typeof manifestSchema>, 'format'>;

/** SHA-256 in hexadecimal digits. */
export function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}

/** The manifest as JSON whose last line is the checksum of the rest. */
export function encodeManifest(manifest: Manifest): string {
  const body = JSON.stringify({ format: FORMAT, ...manifest }, undefined, 1);
  return `{"manifest": ${body},\n"sha256": "${sha256(body)}"}\n`;
}

/**
 * Reads a manifest from an untrusted place.
 * @throws ModalkitError CHECKPOINT when a byte of it is missing or changed, or a field is not what it must be
 */
export function decodeManifest(written: string, source: string): Manifest {
  const [, body, checksum] = /^\{"manifest": (\{.*\}),\n"sha256": "([0-9a-f]{64})"\}\n$/s.exec(written) ?? [];
  if (body === undefined) throw checkpointError(source, 'is cut short or no manifest');
  if (sha256(body) !== checksum) throw checkpointError(source, 'does not match its own checksum');
  const result = manifestSchema.safeParse(parse(body, source));
  if (!result.success) {
    const { path, message } = result.error.issues[0]!;
    throw checkpointError(source, `has a wrong field ${path.join('.') || 'at its top'}: ${message}`);
  }
  const { format: _, ...manifest } = result.data;
  return manifest;
}

function parse(body: string, source: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw checkpointError(source, 'is not JSON', cause);
  }
}
