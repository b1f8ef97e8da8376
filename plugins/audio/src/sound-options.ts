import type { ParsedAudioOptions } from './audio-options.js';

/** The options that sounds are prepared and statistics learnt by: what is cached is kept while they stay the same. */
export type SoundOptions = Pick<
  ParsedAudioOptions,
  'rate' | 'fftSize' | 'hop' | 'mels' | 'floor' | 'stride' | 'maxSeconds'
>;

export function soundOptions(options: ParsedAudioOptions): SoundOptions {
  const { rate, fftSize, hop, mels, floor, stride, maxSeconds } = options;
  return { rate, fftSize, hop, mels, floor, stride, maxSeconds };
}
