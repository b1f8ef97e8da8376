import { clipFloor } from './clip-floor.js';
import { MelFrames } from './mel-frames.js';
import type { MelOptions } from './mel-kernel.js';

/**
 * The log-mel spectrogram of Whisper (Radford et al. 2022, `whisper/audio.py`) for other rates and sizes too: a centred STFT
 * with reflected edges and a periodic Hann window, its last frame dropped, power, Slaney's mel filters, log10 of at least
 * 1e-10, at least 8 below the largest, then (x + 4) / 4.
 * @param signal longer than half a window
 * @returns `[floor(samples / hop), mels]`
 */
export function logMel(signal: Float32Array, options: MelOptions): Float32Array {
  const frames = new MelFrames(options);
  const mel = new Float32Array(Math.floor(signal.length / options.hop) * options.mels);
  const complete = frames.push(signal);
  mel.set(complete);
  mel.set(frames.end(), complete.length);
  const floor = clipFloor(mel);
  for (let index = 0; index < mel.length; index++) mel[index] = (Math.max(mel[index]!, floor) + 4) / 4;
  return mel;
}
