import { stat } from 'node:fs/promises';
import { extname, resolve } from 'node:path';

const EXTENSIONS = new Set(['.mp4', '.m4v', '.mov', '.mkv', '.webm', '.avi', '.ts', '.mpg', '.mpeg', '.ogv', '.3gp']);

/** The absolute path of a regular file with the extension of a video; undefined for anything else. */
export async function acceptsVideo(argument: string): Promise<string | undefined> {
  if (!EXTENSIONS.has(extname(argument).toLowerCase())) return undefined;
  const path = resolve(argument);
  try {
    return (await stat(path)).isFile() ? path : undefined;
  } catch {
    return undefined;
  }
}
