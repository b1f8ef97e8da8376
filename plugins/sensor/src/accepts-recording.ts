import { stat } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { ENDINGS } from './files/read-recording.js';

/** The absolute path of a regular file with the ending of a recording; undefined for anything else. */
export async function acceptsRecording(argument: string): Promise<string | undefined> {
  if (!ENDINGS.includes(extname(argument).toLowerCase())) return undefined;
  const path = resolve(argument);
  const state = await stat(path).catch(() => undefined);
  return state?.isFile() ? path : undefined;
}
