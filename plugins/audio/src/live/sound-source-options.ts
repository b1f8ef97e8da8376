import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';

const count = (least: number, most: number) => z.number().int().min(least).max(most);
const common = {
  /** Hertz of the samples that come out: the rate of the input that hears them. */
  rate: count(1000, 192_000).default(16_000),
  /** Seconds of a block: how long a sample waits at most before it is handed on. */
  block: z.number().min(0.005).max(5).default(0.1),
};
const address = z.string().min(1);

const microphoneOptions = z.strictObject({
  /** Linux: a name of ALSA such as `default` or `hw:1`, or of PulseAudio after `pulse:`; elsewhere as ffmpeg calls it. */
  address: address.default('default'),
  ...common,
});
const pipeOptions = z
  .strictObject({
    /** Absolute path of a FIFO. */
    address,
    /**
     * What is written into it; raw samples need `sourceRate` and `channels`, and come at once: of WAV ffmpeg reads some seconds, or 64 KiB,
     * before the first sample.
     */
    demuxer: z.enum(['s16le', 'f32le', 'wav', 'mpegts', 'matroska']).default('wav'),
    sourceRate: count(100, 768_000).optional(),
    channels: count(1, 64).default(1),
    ...common,
  })
  .refine(({ demuxer, sourceRate }) => sourceRate !== undefined || !['s16le', 'f32le'].includes(demuxer), {
    error: 'must be the hertz of the raw samples',
    path: ['sourceRate'],
  });
const testOptions = z.strictObject({
  /** A source of ffmpeg's lavfi: `sine=frequency=440`. */
  address,
  ...common,
});

export type MicrophoneOptions = z.input<typeof microphoneOptions>;
export type SoundPipeOptions = z.input<typeof pipeOptions>;
export type TestSoundOptions = z.input<typeof testOptions>;
/** What all sources of sound have. */
export type SoundSourceOptions = Pick<z.output<typeof microphoneOptions>, keyof typeof common | 'address'>;

const parser =
  <T>(schema: z.ZodType<T>) =>
  (options: unknown): T =>
    parseOptions<T>(schema, options, '@modalkit/audio');

/** Each throws ModalkitError OPTIONS that names each wrong option and what came. */
export const parseMicrophone = parser(microphoneOptions);
export const parseSoundPipe = parser(pipeOptions);
export const parseTestSound = parser(testOptions);
