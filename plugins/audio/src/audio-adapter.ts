import { type Adapter, CONTRACT, type HostContext, type Json } from '@modalkit/contract';
import { hideTokens, initLinear, linear, maskedMean, zeroInvalid } from '@modalkit/toolkit';
import { acceptsSound } from './accepts-sound.js';
import type { ParsedAudioOptions } from './audio-options.js';
import { augmentSound } from './augment-sound.js';
import { cnnEncoder } from './cnn-encoder.js';
import { collateSounds } from './collate-sounds.js';
import { encodeSound } from './encode-sound.js';
import { fitStatistics, type MelStatistics } from './fit-statistics.js';
import { soundStream } from './live/sound-stream.js';
import { patchEncoder } from './patch-encoder.js';
import { prepareSound } from './prepare-sound.js';
import type { PreparedSound } from './prepared-sound.js';
import { previewSound } from './preview-sound.js';
import { fileOf, type RawSound, rawSound } from './raw-sound.js';
import type { SoundEncoder } from './sound-encoder.js';
import { soundOptions } from './sound-options.js';
import { standardScores } from './standard-scores.js';
import { standardisation } from './standardisation.js';
import { tokenGrid, tokenRate } from './token-grid.js';
import { whisperEncoder } from './whisper-encoder.js';

export type AudioState = MelStatistics | undefined;

/** The adapter behind `audio()`: a token, or a column of them, for every `stride` frames of a log-mel spectrogram. */
export function audioAdapter(options: ParsedAudioOptions): Adapter<RawSound, AudioState, PreparedSound> {
  const grid = tokenGrid(options);
  const encoder = encoderOf(options);
  const prepares = soundOptions(options);
  return {
    id: '@modalkit/audio',
    modality: 'audio',
    contract: CONTRACT,
    version: '1',
    options: options as unknown as Json,
    prepares,
    share: options.share,
    supports: {
      positions: ['time'],
      masks: ['random', 'span', 'drop'],
      paddingInvariant: true,
      streaming: options.chunk !== undefined && options.floor !== 'clip',
      tokensPerSecond: tokenRate(options),
    },
    sample: rawSound,
    files: (sample) => {
      const file = fileOf(sample);
      return file === undefined ? [] : [file];
    },
    ...(options.standardise === 'fit' && {
      fitPrepared: (samples: AsyncIterable<PreparedSound>) => fitStatistics(samples, prepares.mels),
    }),
    prepare: (sample, context) => prepareSound(sample, context, prepares),
    ...(options.augment && {
      augment: (prepared, random, { state }) =>
        augmentSound(prepared, options, standardisation(options.standardise, options.mels, state).mean, random),
    }),
    length: ({ steps }) => steps * grid.rows,
    collate: (prepared, { length }) => collateSounds(prepared, length, grid),
    init: (context) => {
      const { mean, std } = standardisation(options.standardise, options.mels, context.state);
      context.weight('mean', [grid.mels], { kind: 'values', values: mean }, { trainable: false });
      context.weight('std', [grid.mels], { kind: 'values', values: std }, { trainable: false });
      encoder.init(context);
      initLinear(context, 'align', encoder.width, context.space.width);
      initLinear(context, 'score', context.space.width, grid.values);
    },
    mask: (layout, policy, context) => hideTokens(context, layout, policy),
    encode: (arrays, { hidden }, context) => encodeSound(arrays, hidden, context, encoder, grid),
    align: (tokens, _space, context) => {
      const { tf } = context;
      const values = zeroInvalid(tf, linear(context, 'align', tokens.values), tokens.valid);
      return { ...tokens, values, pooled: maskedMean(tf, values, tokens.valid) };
    },
    target: { kind: 'values', width: grid.values, score: (hidden, context) => linear(context, 'score', hidden) },
    preview: (sample, context) => previewSound(sample, context, options),
    accepts: acceptsSound,
    ...(options.standardise === 'fit' && {
      standardScores: (sound: PreparedSound, { state }: HostContext<AudioState>) => [standardScores(sound, state!)],
    }),
    stream: () => soundStream(options),
  };
}

function encoderOf(options: ParsedAudioOptions): SoundEncoder {
  if (options.encoder === 'cnn') return cnnEncoder(options);
  return options.encoder === 'patches' ? patchEncoder(options) : whisperEncoder(options);
}
