import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { radices } from './fft-code.js';
import { melFilters } from './mel-filters.js';

const count = (least: number, most: number) => z.number().int().min(least).max(most);
const share = z.number().min(0).max(1);

/** Random changes in training, drawn anew for every sample and step; each is off unless it is set. */
const augment = z.strictObject({
  /** Bands of mels that are hidden (SpecAugment, Park et al. 2019), and the widest of them. */
  frequencyMasks: count(0, 16).default(0),
  frequencyMask: count(1, 512).default(10),
  /** Times that are hidden, and the longest of them as a share of the clip. */
  timeMasks: count(0, 16).default(0),
  timeMask: share.default(0.1),
  /** Frequencies are scaled by 1 - tract … 1 + tract: another vocal tract or pitch (VTLP, Jaitly and Hinton 2013). */
  tract: z.number().min(0).max(0.5).default(0),
  /** Played by up to this share slower or faster, the pitch kept. */
  tempo: z.number().min(0).max(0.5).default(0),
  /** Louder or softer by up to so many decibels. */
  gain: z.number().min(0).max(60).default(0),
  /** White noise is laid under the clip, so many to 60 decibels below its loudest value. */
  noise: z.number().min(0).max(60).optional(),
});

const common = {
  /** Hertz that every sound is brought to. */
  rate: count(1000, 192_000).default(16_000),
  /** Samples of a window, even; half of it a product of 2, 3, 5 and 7. Default: 25 ms, Whisper's 400 at 16 kHz. */
  fftSize: count(16, 16_384).optional(),
  /** Samples from a frame to the next. Default: 10 ms. */
  hop: count(1, 16_384).optional(),
  /** Mel filters, so values of a frame. */
  mels: count(2, 512).default(80),
  /** Log10 of power below which values are cut off: 8 below the clip's largest (Whisper), or a number. */
  floor: z
    .union([z.literal('clip'), z.number().min(-10).max(10)], { error: 'must be "clip" or a number, -10 to 10' })
    .default('clip'),
  /** Each mel's mean and deviation, learnt on the training split; or Whisper's (x + 4) / 4; or nothing. */
  standardise: z.enum(['fit', 'whisper', 'none']).default('fit'),
  /** Longer sounds are refused. */
  maxSeconds: z.number().positive().max(86_400).default(30),
  /** Encodes in chunks of so many seconds, of which neighbours share `overlap`; positions count from a chunk's start. */
  chunk: z.strictObject({ seconds: z.number().positive().max(3600), overlap: z.number().min(0).default(0) }).optional(),
  augment: augment.optional(),
  /** Name of another audio input whose weights and statistics this one uses. */
  share: z.string().min(1).optional(),
};

const transformer = {
  width: count(1, 4096).default(128),
  layers: count(0, 64).default(4),
  heads: count(1, 64).default(4),
};

const whisperOptions = z
  .strictObject({
    ...common,
    encoder: z.literal('whisper', { error: 'must be "whisper", "cnn" or "patches"' }).default('whisper'),
    /** Frames that become one token, even; 2 is Whisper's. */
    stride: count(2, 256).default(4),
    ...transformer,
    positions: z.enum(['sincos', 'learnable']).default('sincos'),
  })
  .transform((options) => ({ ...withSizes(options), rows: 1 }))
  .superRefine((options, context) => {
    const refuse = refuseIn(context);
    checkCommon(options, refuse);
    if (options.stride % 2 !== 0) refuse('stride', 'must be even: the second convolution halves the frames');
    checkHeads(options, refuse);
  });

const cnnOptions = z
  .strictObject({
    ...common,
    encoder: z.literal('cnn'),
    /** Width of each stage; a stage halves the frequencies, and the frames until `stride` is reached. */
    stages: z.array(count(1, 4096)).min(1).max(8).default([32, 64, 128]),
    /** Residual blocks in each stage. */
    blocks: count(1, 32).default(1),
    /** Frames that become one token, a power of two; default the most that the stages allow. */
    stride: count(1, 256).optional(),
    /** Width of a token. */
    width: count(1, 4096).default(128),
    positions: z.enum(['sincos', 'learnable']).default('learnable'),
  })
  .transform((options) => ({ ...withSizes(options), stride: options.stride ?? 2 ** options.stages.length, rows: 1 }))
  .superRefine((options, context) => {
    const refuse = refuseIn(context);
    checkCommon(options, refuse);
    const most = 2 ** options.stages.length;
    if (options.stride > most || Math.log2(options.stride) % 1 !== 0)
      refuse('stride', `must be a power of two up to the ${most} of ${options.stages.length} stages`);
  });

const patchOptions = z
  .strictObject({
    ...common,
    encoder: z.literal('patches'),
    /** Frames and mels of a patch. */
    patch: z.tuple([count(1, 256), count(1, 512)], { error: 'must be [frames, mels]' }).default([16, 16]),
    ...transformer,
    positions: z.enum(['sincos', 'learnable']).default('learnable'),
  })
  .transform((options) => ({
    ...withSizes(options),
    stride: options.patch[0],
    rows: Math.max(1, Math.floor(options.mels / options.patch[1])),
  }))
  .superRefine((options, context) => {
    const refuse = refuseIn(context);
    checkCommon(options, refuse);
    if (options.mels % options.patch[1] !== 0)
      refuse('patch', `${options.patch[1]} mels must divide the ${options.mels} of a frame`);
    checkHeads(options, refuse);
  });

export type AudioOptions = z.input<typeof whisperOptions> | z.input<typeof cnnOptions> | z.input<typeof patchOptions>;
export type WhisperOptions = z.output<typeof whisperOptions>;
export type CnnOptions = z.output<typeof cnnOptions>;
export type PatchOptions = z.output<typeof patchOptions>;
export type ParsedAudioOptions = WhisperOptions | CnnOptions | PatchOptions;
export type AugmentOptions = z.output<typeof augment>;

const SCHEMAS = { cnn: cnnOptions, patches: patchOptions, whisper: whisperOptions } as const;

/** @throws ModalkitError OPTIONS that names each wrong option and what came */
export function parseAudioOptions(options: AudioOptions): ParsedAudioOptions {
  const schema = SCHEMAS[options?.encoder as keyof typeof SCHEMAS] ?? whisperOptions;
  return parseOptions<ParsedAudioOptions>(schema, options, '@modalkit/audio');
}

type Refuse = (path: string, message: string) => void;

const refuseIn =
  (context: { addIssue(issue: { code: 'custom'; path: string[]; message: string }): void }): Refuse =>
  (path, message) =>
    context.addIssue({ code: 'custom', path: path.split('.'), message });

/** A window of 25 ms and a hop of 10 ms unless they are given. */
function withSizes<T extends { rate: number; fftSize?: number | undefined; hop?: number | undefined }>(options: T) {
  const { rate, fftSize = transformable(Math.round(rate * 0.025)), hop = Math.round(rate * 0.01) } = options;
  return { ...options, fftSize, hop };
}

/** The smallest size from `least` on whose half the FFT can take apart. */
function transformable(least: number): number {
  let size = Math.max(16, least + (least % 2));
  while (!radices(size / 2)) size += 2;
  return size;
}

interface Common {
  readonly rate: number;
  readonly fftSize: number;
  readonly hop: number;
  readonly mels: number;
  readonly stride: number;
  readonly chunk?: { readonly seconds: number; readonly overlap: number } | undefined;
}

function checkCommon(options: Common, refuse: Refuse): void {
  const { fftSize, hop } = options;
  if (fftSize % 2 !== 0 || !radices(fftSize / 2))
    refuse('fftSize', `must be even and half of it a product of 2, 3, 5 and 7; ${transformable(fftSize)} is the next`);
  else checkMels(options, refuse);
  if (hop > fftSize / 2) refuse('hop', `must be at most half a window, ${Math.floor(fftSize / 2)}`);
  if (options.chunk) checkChunk(options, options.chunk, refuse);
}

function checkMels({ rate, fftSize, mels }: Common, refuse: Refuse): void {
  const fits = (number: number) => melFilters(number, fftSize, rate).every(({ weights }) => weights.length > 0);
  if (fits(mels)) return;
  let most = mels - 1;
  while (most > 2 && !fits(most)) most--;
  refuse(
    'mels',
    `must be at most ${most}: windows of ${fftSize} samples at ${rate} Hz leave some of more filters empty`,
  );
}

function checkChunk(
  { rate, hop, stride }: Common,
  { seconds, overlap }: NonNullable<Common['chunk']>,
  refuse: Refuse,
): void {
  const step = (hop * stride) / rate;
  const whole = (value: number) => Math.abs(value / step - Math.round(value / step)) < 1e-6;
  if (!whole(seconds)) refuse('chunk.seconds', `must be a multiple of the ${step} s of a token`);
  if (!whole(overlap / 2))
    refuse('chunk.overlap', `must be a multiple of ${2 * step} s, two tokens: half of it lies on either side`);
  if (overlap >= seconds) refuse('chunk.overlap', 'must be less than chunk.seconds');
}

function checkHeads({ width, heads }: { width: number; heads: number }, refuse: Refuse): void {
  if (width % heads !== 0) refuse('width', `must be a multiple of heads, ${heads}`);
}
