import { z } from 'zod';
import { fileInput } from './file-input.js';
import { describePart, type MediaPart, type MediaRequest, parseLimits, parsePart, refuse } from './media-request.js';
import { parse } from './parse.js';
import { readFfmpeg } from './read-ffmpeg.js';
import { soundFilter } from './sound-filter.js';
import { TimeQueue } from './time-queue.js';

export interface AudioRequest extends MediaRequest, MediaPart {
  /** Hertz. */
  readonly sampleRate: number;
  /** Channels to mix to, 1 when left out. */
  readonly channels?: number;
}

/** A piece of sound. */
export interface Sound {
  /** `[sample]`, or `[sample, channel]` when there are several; full scale is -1..1. */
  readonly samples: Float32Array;
  /** When its first sample is heard, in seconds from where the file begins, as players count. */
  readonly time: number;
}

/** Prints the time of the first sample. */
const FIRST_TIME = "aselect='if(eq(n,0),1+0*print(t,16),1)'";
/** Longest piece, in seconds. */
const PIECE = 1;
const shape = z.object({
  sampleRate: z.number().int().min(100).max(768_000),
  channels: z.number().int().min(1).max(8).default(1),
});

/**
 * Sound of a file, resampled and mixed, without a break: holes in its track of more than a tenth of a second are
 * silence, so that every sample keeps its time. Memory is that of a piece, however long the file is.
 * @throws ModalkitError SAMPLE when there is no sound, it is damaged or costs more than its limits
 */
export async function* decodeAudio(request: AudioRequest): AsyncGenerator<Sound, void> {
  const { name, signal } = request;
  const { sampleRate, channels } = parse(shape, request, 'Sound of a file');
  const limits = parseLimits(request.limits);
  const part = parsePart(request);
  const times = new TimeQueue();
  const blocks = readFfmpeg({
    ...{ name, signal, limits, blockBytes: 4 * channels * sampleRate * PIECE },
    inputs: [await fileInput(request, limits, part)],
    output: [
      ...['-map', '0:a:0', '-af', `${soundFilter(sampleRate, channels, true)},${FIRST_TIME}`],
      ...['-c:a', 'pcm_f32le', '-f', 'f32le'],
    ],
    onTime: (time) => times.push(time),
    onEnd: () => times.close(),
  });
  let first: number | undefined;
  let read = 0;
  for await (const block of blocks) {
    const samples = new Float32Array(block.buffer, 0, Math.floor(block.length / 4));
    first ??= (await times.next()) ?? 0;
    yield { samples, time: part.start + first + read / sampleRate };
    read += samples.length / channels;
  }
  if (read === 0) throw refuse(name, `holds no sound${describePart(part)}; give a file with sound in it`);
}
