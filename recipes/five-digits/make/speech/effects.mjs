import { whiteNoise } from '../keyed.mjs';

/** Samples a second of all speech in this recipe: that of the human recordings, so that the band tells nobody apart. */
export const SPEECH_RATE = 8000;

/** Taps to either side of the interpolating filter. */
const REACH = 8;
/** Places between two samples that the filter is worked out for. */
const PHASES = 64;
const FRAME = 240; // 30 ms
const HOP = FRAME / 2;
const SEARCH = 60;

/**
 * Speech without the silence around it, as loud as all the other.
 * @param {Float32Array} samples
 */
export function trimmed(samples) {
  const peak = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  const loud = (value) => Math.abs(value) > 0.04 * peak;
  const [first, last] = [samples.findIndex(loud), samples.findLastIndex(loud)];
  const margin = 160; // 20 ms: consonants begin and end softly
  const part = samples.slice(Math.max(0, first - margin), last + 1 + margin);
  return part.map((value) => (0.7 * value) / peak);
}

/** Speech `factor` times as long at the same pitch (WSOLA, Verhelst and Roelands 1993). @param {Float32Array} samples @param {number} factor */
export function stretched(samples, factor) {
  if (samples.length < 2 * FRAME) return samples;
  const length = Math.round(samples.length * factor);
  const out = new Float32Array(length + FRAME);
  const weight = new Float32Array(length + FRAME);
  let natural = 0;
  for (let to = 0; to < length; to += HOP) {
    const from = to === 0 ? 0 : mostAlike(samples, natural, Math.round(to / factor));
    for (let at = 0; at < FRAME && from + at < samples.length; at++) {
      const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * (at + 0.5)) / FRAME);
      out[to + at] += window * samples[from + at];
      weight[to + at] += window;
    }
    natural = from + HOP;
  }
  return out.slice(0, length).map((value, at) => (weight[at] > 1e-3 ? value / weight[at] : value));
}

/** Where near `wanted` the signal goes on as it does from `natural` on. */
function mostAlike(samples, natural, wanted) {
  let [best, found] = [Number.NEGATIVE_INFINITY, wanted];
  for (let from = Math.max(0, wanted - SEARCH); from <= wanted + SEARCH && from + HOP <= samples.length; from++) {
    let product = 0;
    for (let at = 0; at < HOP; at += 2) product += (samples[natural + at] ?? 0) * samples[from + at];
    if (product > best) [best, found] = [product, from];
  }
  return found;
}

/** The signal played `factor` times as fast, by a windowed sinc that cuts what would fold back. */
export function resampled(samples, factor) {
  const kernels = sincKernels(Math.min(1, 1 / factor));
  const out = new Float32Array(Math.floor(samples.length / factor));
  for (let at = 0; at < out.length; at++) {
    const first = Math.floor(at * factor) - REACH + 1;
    const kernel = kernels[Math.round((at * factor - Math.floor(at * factor)) * PHASES)];
    let sum = 0;
    for (let tap = 0; tap < 2 * REACH; tap++) sum += (samples[first + tap] ?? 0) * kernel[tap];
    out[at] = sum;
  }
  return out;
}

/** For each place between two samples the taps around it, Hann-windowed, that let through up to `cut` of the band. */
function sincKernels(cut) {
  return Array.from({ length: PHASES + 1 }, (_, phase) =>
    Float32Array.from({ length: 2 * REACH }, (_, tap) => {
      const distance = tap - REACH + 1 - phase / PHASES;
      return cut * sinc(cut * distance) * (0.5 + 0.5 * Math.cos((Math.PI * distance) / (REACH + 1)));
    }),
  );
}

const sinc = (x) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/**
 * Adds noise of a keyed colour, from white to a dull rumble.
 * @param {Float32Array} samples
 * @param {number} ratio loudness of the speech over that of the noise, in dB
 * @param {number} colour 0 is white; towards 1 it gets duller
 * @param {...(string | number)} key
 */
export function noisy(samples, ratio, colour, ...key) {
  let last = 0;
  const noise = whiteNoise(samples.length, ...key).map((value) => {
    last = colour * last + (1 - colour) * value;
    return last;
  });
  const gain = loudness(samples) / (loudness(noise) * 10 ** (ratio / 20) || 1);
  return samples.map((value, at) => value + gain * noise[at]);
}

/** Root mean square. */
const loudness = (samples) => Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);

/**
 * A stretch of silence with pieces of sound in it, each added from its time on; what lies outside is cut off.
 * @param {number} seconds
 * @param {readonly { samples: Float32Array, time: number }[]} pieces
 */
export function mixed(seconds, pieces) {
  const out = new Float32Array(Math.round(seconds * SPEECH_RATE));
  for (const { samples, time } of pieces) {
    const start = Math.round(time * SPEECH_RATE);
    const last = Math.min(samples.length, out.length - start);
    for (let at = Math.max(0, -start); at < last; at++) out[start + at] += samples[at];
  }
  return out;
}
