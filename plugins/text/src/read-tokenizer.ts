import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ModalkitError } from '@modalkit/contract';
import { createTokenizer } from './create-tokenizer.js';

/**
 * Reads a tokenizer.json by path or file: URL.
 * @throws ModalkitError OPTIONS when it cannot be read or describes no tokenizer
 */
export async function readTokenizer(file: string): Promise<object> {
  const path = file.startsWith('file:') ? fileURLToPath(file) : resolve(file);
  try {
    const content = JSON.parse(await readFile(path, 'utf8'));
    createTokenizer(content);
    return content;
  } catch (cause) {
    throw new ModalkitError(
      'OPTIONS',
      `@modalkit/text: tokenizer.file: ${path} cannot be used as a tokenizer (${(cause as Error).message}); name a tokenizer.json of Hugging Face tokenizers.`,
      { file: path },
      cause,
    );
  }
}
