import { type HostContext, ModalkitError } from '@modalkit/contract';
import { decodeAudio } from '@modalkit/media';
import { fileOf, type RawSound } from './raw-sound.js';
import { readPlainWav } from './read-plain-wav.js';
import { resample } from './resample.js';

export interface ReadOptions {
  readonly rate: number;
  readonly maxSeconds: number;
}

/** A piece of a sound and the second of its first sample. */
export interface SoundPiece {
  readonly samples: Float32Array;
  readonly time: number;
}

/**
 * A sound in one channel at the asked rate, piece by piece: a file is never whole in memory.
 * @throws ModalkitError SAMPLE when there is none, it is longer than `maxSeconds`, damaged or not finite
 */
export async function* readSound(
  sample: RawSound,
  context: HostContext,
  { rate, maxSeconds }: ReadOptions,
): AsyncGenerator<SoundPiece, void> {
  const name = nameOf(sample, context);
  let total = 0;
  for await (const piece of piecesOf(sample, name, context, rate)) {
    checkFinite(piece.samples, name, total);
    total += piece.samples.length;
    if (total > maxSeconds * rate)
      throw new ModalkitError(
        'SAMPLE',
        `Audio ${JSON.stringify(name)} lasts more than maxSeconds, ${maxSeconds} s; give a part of it as { file, start, end } or raise maxSeconds.`,
      );
    yield piece;
  }
}

/** What errors call a sample: its file, or the input that it was given to. */
export function nameOf(sample: RawSound, context: HostContext): string {
  return fileOf(sample) ?? `samples given to ${context.input}`;
}

async function* piecesOf(
  sample: RawSound,
  name: string,
  context: HostContext,
  rate: number,
): AsyncGenerator<SoundPiece, void> {
  if (typeof sample !== 'string' && 'samples' in sample) {
    checkFinite(sample.samples, name, 0);
    yield { samples: resample(sample.samples, sample.rate, rate), time: 0 };
    return;
  }
  const { file, start = 0, end } = typeof sample === 'string' ? { file: sample } : sample;
  const part = { start, ...(end !== undefined && { duration: end - start }) };
  const path = await context.locate(file);
  yield* (await readPlainWav(path, rate, part)) ?? decodeAudio({ file: path, name, sampleRate: rate, ...part });
}

function checkFinite(samples: ArrayLike<number>, name: string, before: number): void {
  for (let index = 0; index < samples.length; index++) {
    if (Number.isFinite(samples[index])) continue;
    throw new ModalkitError(
      'SAMPLE',
      `Audio ${JSON.stringify(name)}: sample ${before + index} is ${samples[index]}, no finite number; record it again.`,
    );
  }
}
