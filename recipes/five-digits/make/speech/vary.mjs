import { between, keyed } from '../keyed.mjs';
import { noisy, resampled, stretched } from './effects.mjs';

/**
 * @typedef {object} Variation how an utterance is changed
 * @property {number} voice factor of all frequencies: vocal tract and pitch together
 * @property {number} pace factor of speed
 * @property {number} ratio loudness over the noise in dB
 * @property {number} colour of the noise, 0 white … 1 dull
 */

/**
 * A variation by key.
 * @param {boolean} heldOut people in held-out samples are left as they are, but for the noise
 * @param {...(string | number)} key
 * @returns {Variation}
 */
export function variation(heldOut, ...key) {
  const [voice, pace] = heldOut
    ? [1, 1]
    : [between([0.86, 1.16], 'voice', ...key), between([0.8, 1.25], 'pace', ...key)];
  return { voice, pace, ratio: between([12, 45], 'ratio', ...key), colour: 0.95 * keyed('colour', ...key) };
}

/**
 * An utterance by another voice, at another pace.
 * @param {Float32Array} samples
 * @param {Variation} variation
 */
export function revoiced(samples, { voice, pace }) {
  // played faster, all frequencies move with it; stretched, only the pace changes
  return voice === 1 && pace === 1 ? samples : stretched(resampled(samples, voice), voice / pace);
}

/**
 * A sound with a variation's noise all along.
 * @param {Float32Array} samples
 * @param {Variation} variation
 * @param {...(string | number)} key of the noise
 */
export const inNoise = (samples, { ratio, colour }, ...key) => noisy(samples, ratio, colour, 'noise', ...key);
