import { open, stat } from 'node:fs/promises';
import { extname, resolve } from 'node:path';

const SIGNATURE_BYTES = 12;
/** Endings of containers that may as well hold a film. */
const SOUND_ENDINGS = new Set(['.m4a', '.m4b', '.mka', '.weba', '.oga', '.opus', '.aac']);

/** The absolute path of a regular file that begins like a sound; undefined for anything else, films among it. */
export async function acceptsSound(argument: string): Promise<string | undefined> {
  const path = resolve(argument);
  try {
    if (!(await stat(path)).isFile()) return undefined;
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(new Uint8Array(SIGNATURE_BYTES));
      return isSound(buffer.subarray(0, bytesRead), extname(path).toLowerCase()) ? path : undefined;
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}

function isSound(bytes: Uint8Array, ending: string): boolean {
  const head = Buffer.from(bytes).toString('latin1');
  if (/^(?:RIFF.{4}WAVE|fLaC|ID3|FORM.{4}AIF[FC]|.{4}ftypM4[AB])/s.test(head)) return true;
  // MPEG audio begins with eleven bits of sync.
  if (bytes[0] === 0xff && (bytes[1]! & 0xe0) === 0xe0) return true;
  if (head.startsWith('OggS')) return ending !== '.ogv';
  return SOUND_ENDINGS.has(ending) && (head.startsWith('ftyp', 4) || head.startsWith('\x1aE\xdf\xa3'));
}
