import { open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pictureFormat, SIGNATURE_BYTES } from './picture-format.js';

/** The absolute path of a regular file that begins like a picture; undefined for anything else. */
export async function acceptsPicture(argument: string): Promise<string | undefined> {
  const path = resolve(argument);
  try {
    if (!(await stat(path)).isFile()) return undefined;
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(new Uint8Array(SIGNATURE_BYTES));
      return pictureFormat(buffer.subarray(0, bytesRead)) && path;
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}
