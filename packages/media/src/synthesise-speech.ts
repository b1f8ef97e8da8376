import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModalkitError } from '@modalkit/contract';
import { z } from 'zod';
import { requireFfmpeg } from './find-ffmpeg.js';
import { parse } from './parse.js';
import { runFfmpeg } from './run-ffmpeg.js';

/** Voices of flite: four men and a woman (slt). */
export const VOICES = ['awb', 'kal', 'kal16', 'rms', 'slt'] as const;

export interface SpeechOptions {
  /** English, in ASCII. */
  readonly words: string;
  readonly voice: (typeof VOICES)[number];
  /** Hertz. */
  readonly sampleRate: number;
  readonly signal?: AbortSignal;
}

const speech = z.object({
  words: z.string().regex(/^[\x20-\x7e]*[A-Za-z0-9][\x20-\x7e]*$/, 'flite speaks English words in ASCII only'),
  voice: z.enum(VOICES),
  sampleRate: z.number().int().min(1000).max(192_000),
});

/**
 * Words spoken by flite (Black and Lenzo 2001), `[sample]`, mono; the same words give the same samples.
 * @throws ModalkitError OPTIONS for words that it cannot speak, SAMPLE when ffmpeg was built without it
 */
export async function synthesiseSpeech(options: SpeechOptions): Promise<Float32Array> {
  const { words, voice, sampleRate } = parse(speech, options, 'Speech');
  const ffmpeg = await requireFfmpeg();
  if (!ffmpeg.can.flite)
    throw new ModalkitError(
      'SAMPLE',
      `Speech: the ffmpeg of ${ffmpeg.source} (${ffmpeg.path}) was built without flite; install one that has it (Debian's and Ubuntu's do) and set FFMPEG_PATH to it.`,
    );
  // in a file, so that no character of the words is read as a filter
  const folder = await mkdtemp(join(tmpdir(), 'modalkit-speech-'));
  try {
    await writeFile(join(folder, 'words.txt'), words);
    const bytes = await runFfmpeg(
      {
        folder,
        inputs: [{ options: ['-f', 'lavfi'], source: `flite=textfile=words.txt:voice=${voice}` }],
        output: ['-ar', String(sampleRate), '-ac', '1', '-c:a', 'pcm_f32le', '-f', 'f32le'],
      },
      `Speech of ${JSON.stringify(words)}`,
      options.signal,
    );
    return new Float32Array(new Uint8Array(bytes).buffer);
  } finally {
    await rm(folder, { recursive: true });
  }
}
