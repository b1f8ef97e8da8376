import { between, keyed, pick, shuffle } from '../make/keyed.mjs';
import { chooseUtterance } from '../make/plan.mjs';
import { mixed, SPEECH_RATE } from '../make/speech/effects.mjs';
import { inNoise, revoiced, variation } from '../make/speech/vary.mjs';
import { PEN_RATE, PEN_REST, penMotion } from '../make/trace/pen-motion.mjs';

/** Seconds of a stream. */
export const STREAM = 20;
/** Largest shift of the sound against the pen to either side, in seconds. */
export const MOST_SHIFT = 2;
const DIGITS_IN_STREAM = [8, 9, 10, 11, 12];
/** Seconds that a digit of a stream is drawn. */
const DRAWN = /** @type {const} */ ([1, 1.3]);
/** How much earlier or later than the pen a voice begins, in seconds: people are not exact. */
const JITTER = 0.04;

/**
 * @typedef {import('../make/speech/utterances.mjs').Utterance} Utterance
 * @typedef {{ split: 'train' | 'test', rows: readonly { id: string, digit: string, image: string }[], utterances: readonly Utterance[] }} Stock
 *   what streams are made of: the pictures of a split and the utterances there are
 * @typedef {{ digit: string, image: string, utterance: Utterance, from: number, seconds: number, spokenAt: number }} Part seconds on the pen's clock
 * @typedef {{ id: string, shift: number, parts: Part[] }} Trial `shift`: seconds by which the sound's clock is ahead of the pen's
 */

/**
 * A stream of digits that are spoken while they are drawn, as parameters: a function of its number.
 * @param {Stock} stock
 * @param {number} number
 * @returns {Trial}
 */
export function trialOf({ split, rows, utterances }, number) {
  const id = `stream-${split}-${number}`;
  const count = pick(DIGITS_IN_STREAM, 'count', id);
  const seconds = Array.from({ length: count }, (_, at) => between(DRAWN, 'seconds', id, at));
  const starts = startsOf(seconds, id);
  const pictures = shuffle(rows, (row) => ['picture', id, row.id]).slice(0, count);
  const parts = pictures.map(({ digit, image }, at) => ({
    digit,
    image,
    utterance: chooseUtterance(utterances, digit, split === 'test', id, at),
    from: starts[at],
    seconds: seconds[at],
    spokenAt: starts[at] + PEN_REST + between([-JITTER, JITTER], 'spoken at', id, at),
  }));
  return { id, shift: between([-MOST_SHIFT, MOST_SHIFT], 'shift', id), parts };
}

/** Starts one after the other; the time that is left over lies between them, by chance. */
function startsOf(seconds, id) {
  const left = STREAM - seconds.reduce((a, b) => a + b, 0);
  const pauses = [...seconds, 0].map((_, at) => keyed('pause', id, at));
  const all = pauses.reduce((a, b) => a + b, 0);
  let now = 0;
  return seconds.map((length, at) => {
    now += (pauses[at] / all) * left;
    const start = now;
    now += length;
    return start;
  });
}

/**
 * What a microphone hears of a trial, on a clock of its own that begins with the recording.
 * @param {Trial} trial
 * @param {(utterance: Utterance) => Promise<Float32Array>} spoken
 * @returns {Promise<{ samples: Float32Array, rate: number }>}
 */
export async function soundOf({ id, shift, parts }, spoken) {
  const pieces = [];
  for (const [at, { utterance, spokenAt }] of parts.entries()) {
    const own = revoiced(await spoken(utterance), variation(utterance.recording !== undefined, id, at));
    pieces.push({ samples: own, time: spokenAt + shift });
  }
  return { samples: inNoise(mixed(STREAM, pieces), variation(true, id), id), rate: SPEECH_RATE };
}

/**
 * What the pen does in a trial, at 100 Hz on its own clock; between two digits it is lifted and moves on.
 * @param {Trial} trial
 * @param {(image: string) => Promise<import('../make/trace/thin.mjs').Bitmap>} bitmapOf
 * @returns {Promise<import('../make/trace/pen-motion.mjs').PenSample[]>}
 */
export async function penOf({ parts }, bitmapOf) {
  const known = [];
  for (const { image, from, seconds } of parts) {
    const motion = penMotion(await bitmapOf(image), seconds);
    const first = Math.round(from * PEN_RATE);
    for (const [at, sample] of motion.entries()) known[first + at] = sample;
  }
  return filled(known);
}

/** Puts straight ways of the lifted pen where nothing is known. */
function filled(known) {
  const total = STREAM * PEN_RATE;
  let before;
  let next = 0;
  return Array.from({ length: total }, (_, at) => {
    const time = at / PEN_RATE;
    if (known[at]) {
      before = { at, ...known[at] };
      return { ...known[at], time };
    }
    if (next <= at) for (next = at; next < total && !known[next]; ) next++;
    const after = known[next] ? { at: next, ...known[next] } : before;
    const from = before ?? after;
    const share = after.at === from.at ? 0 : (at - from.at) / (after.at - from.at);
    const [x, y] = ['x', 'y'].map((axis) => from[axis] + (after[axis] - from[axis]) * share);
    return { time, x, y, down: 0, width: 0 };
  });
}
