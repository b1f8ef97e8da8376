import { TextDecoder } from 'node:util';
import { CONTRACT, DATA_SOURCE, definePlugin } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { datasetOfManifest, type ManifestRow } from './read-rows.js';

const ID = '@modalkit/core/jsonl';
const schema = z.strictObject({ path: z.string().min(1) });

/** Samples from a JSON Lines manifest, one a line: `{"id": "7", "split": "test", "front": "7.png", "caption": "七"}`. */
export const jsonl = definePlugin((given: { path: string }) => {
  const options = parseOptions(schema, given, ID);
  return {
    id: ID,
    contract: CONTRACT,
    setup(scope) {
      scope.provide(DATA_SOURCE, () => ({
        id: ID,
        options,
        load: (context) => datasetOfManifest(options.path, context, linesOf),
      }));
    },
  };
});

const NEWLINE = 10;

/** Lines by number, blank ones left out; a byte order mark and carriage returns are no part of them. */
function* linesOf(bytes: Uint8Array): Generator<ManifestRow> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for (let start = 0, line = 1; start < bytes.length; line++) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    const content = bytes.subarray(start, end);
    if (content.some((byte) => byte > 32)) yield { line, read: () => parse(decoder, content) };
    start = end + 1;
  }
}

function parse(decoder: TextDecoder, content: Uint8Array): unknown {
  let line: string;
  try {
    line = decoder.decode(content);
  } catch {
    throw new Error('the line is not UTF-8; save the manifest as UTF-8');
  }
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new Error(`the line is not JSON (${(error as Error).message}); write one object a line`);
  }
}
