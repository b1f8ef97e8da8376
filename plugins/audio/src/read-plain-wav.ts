import { type FileHandle, open } from 'node:fs/promises';
import type { SoundPiece } from './read-sound.js';

/** Where the samples of a plain WAV are. */
interface PlainWav {
  readonly float: boolean;
  /** Byte of the first sample, and the number of samples. */
  readonly from: number;
  readonly samples: number;
}

const PIECE = 65_536;
/** Bytes in which both chunks of a plain file begin. */
const HEAD = 4096;

/**
 * A mono WAV of 16-bit integers or 32-bit floats that has the asked rate already: read without starting ffmpeg, which costs more
 * than all the rest for short sounds, and to the same samples. Undefined for every other file, and one that looks damaged.
 * @param part seconds
 */
export async function readPlainWav(
  path: string,
  rate: number,
  part: { readonly start: number; readonly duration?: number },
): Promise<AsyncGenerator<SoundPiece, void> | undefined> {
  const file = await open(path);
  const wav = await plainWav(file, rate).catch(() => undefined);
  const first = Math.round(part.start * rate);
  if (!wav || first >= wav.samples) {
    await file.close();
    return undefined;
  }
  const length = part.duration === undefined ? wav.samples : Math.round(part.duration * rate);
  return pieces(file, wav, first, Math.min(wav.samples, first + length), rate);
}

async function plainWav(file: FileHandle, rate: number): Promise<PlainWav | undefined> {
  const { buffer: head, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0);
  if (head.toString('latin1', 0, 4) !== 'RIFF' || head.toString('latin1', 8, 12) !== 'WAVE') return undefined;
  let width = 0;
  for (let at = 12; at + 24 <= bytesRead; ) {
    const [name, bytes] = [head.toString('latin1', at, at + 4), head.readUInt32LE(at + 4)];
    if (name === 'fmt ') width = sampleBytes(head.subarray(at + 8, at + 24), rate);
    if (name === 'data') {
      const whole = bytes > 0 && width > 0 && at + 8 + bytes <= (await file.stat()).size;
      return whole ? { float: width === 4, from: at + 8, samples: Math.floor(bytes / width) } : undefined;
    }
    at += 8 + bytes + (bytes % 2);
  }
  return undefined;
}

/** Bytes of a sample of a format that is plain; 0 for the others. */
function sampleBytes(format: Buffer, rate: number): number {
  const [kind, channels, bits] = [format.readUInt16LE(0), format.readUInt16LE(2), format.readUInt16LE(14)];
  if (channels !== 1 || format.readUInt32LE(4) !== rate) return 0;
  if (kind === 1 && bits === 16) return 2;
  return kind === 3 && bits === 32 ? 4 : 0;
}

async function* pieces(
  file: FileHandle,
  { float, from, samples }: PlainWav,
  first: number,
  end: number,
  rate: number,
): AsyncGenerator<SoundPiece, void> {
  const width = float ? 4 : 2;
  try {
    for (let at = first; at < Math.min(end, samples); at += PIECE) {
      const count = Math.min(PIECE, end - at);
      const bytes = Buffer.alloc(count * width);
      await file.read(bytes, 0, bytes.length, from + at * width);
      const values = new Float32Array(count);
      for (let index = 0; index < count; index++)
        values[index] = float ? bytes.readFloatLE(4 * index) : bytes.readInt16LE(2 * index) / 32_768;
      yield { samples: values, time: at / rate };
    }
  } finally {
    await file.close();
  }
}
