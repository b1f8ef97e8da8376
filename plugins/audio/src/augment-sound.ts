import type { HostRandom } from '@modalkit/contract';
import { hostBetween } from '@modalkit/toolkit';
import type { AugmentOptions, ParsedAudioOptions } from './audio-options.js';
import { hideBands } from './hide-bands.js';
import type { PreparedSound } from './prepared-sound.js';
import { resampleRows } from './resample-rows.js';
import { warpPlaces } from './warp-places.js';

/** Decibels in log10 of power. */
const DECIBEL = 0.1;
/** Noise this far below the loudest value is not heard. */
const QUIETEST = 60;

/**
 * A randomly changed copy of a sound: its vocal tract or pitch, tempo, noise and loudness, then bands of mels and times hidden;
 * a function of the key alone.
 * @param fill what a hidden value of each mel is set to: its mean
 */
export function augmentSound(
  sound: PreparedSound,
  options: ParsedAudioOptions,
  fill: readonly number[],
  random: HostRandom,
): PreparedSound {
  const augment = options.augment!;
  const { mels, stride } = options;
  const tempo = 1 + hostBetween(random, 'tempo', augment.tempo);
  const frames = Math.max(1, Math.round((sound.steps * stride) / tempo));
  const steps = Math.ceil(frames / stride);
  const times = Float64Array.from({ length: steps * stride }, (_, frame) => frame * tempo);
  const tract = warpPlaces(mels, options.rate, 1 + hostBetween(random, 'tract', augment.tract));
  const mel = resampleRows(sound.mel, mels, times, tract);
  changeLevels(mel, options.floor, augment, random);
  hideBands(mel, mels, fill, augment, random);
  return { ...sound, mel, steps };
}

/** Lays noise under values of log10 power and makes them louder or softer, in place. */
function changeLevels(
  mel: Float32Array,
  floor: 'clip' | number,
  { gain, noise }: AugmentOptions,
  random: HostRandom,
): void {
  const least = floor === 'clip' ? Number.NEGATIVE_INFINITY : floor;
  const louder = hostBetween(random, 'gain', gain) * DECIBEL;
  let under = 0;
  if (noise !== undefined) {
    const below = noise + random.uniform('noise') * (QUIETEST - noise);
    under = 10 ** (mel.reduce((most, value) => Math.max(most, value), -10) - below * DECIBEL);
  }
  if (louder === 0 && under === 0) return;
  for (let index = 0; index < mel.length; index++) {
    const noisy = under === 0 ? mel[index]! : Math.log10(10 ** mel[index]! + under);
    mel[index] = Math.max(noisy + louder, least);
  }
}
