import { PEN_RATE } from '../make/trace/pen-motion.mjs';
import { STREAM } from './streams.mjs';

/** Seconds of a stream that are embedded at once: about one digit. */
export const WINDOW = 1.2;
/** Seconds from one window to the next. */
export const HOP = 0.1;

/** @typedef {{ time: number, raw: unknown }} Window `time`: its middle, in seconds on its stream's clock */

const starts = Array.from({ length: Math.floor((STREAM - WINDOW) / HOP + 1e-9) + 1 }, (_, at) => at * HOP);

/**
 * Windows of a sound as raw samples of an audio input.
 * @param {{ samples: Float32Array, rate: number }} sound
 * @returns {Window[]}
 */
export function soundWindows({ samples, rate }) {
  return starts.map((start) => {
    const first = Math.round(start * rate);
    return { time: start + WINDOW / 2, raw: { samples: samples.slice(first, first + WINDOW * rate), rate } };
  });
}

/**
 * Windows of a pen as raw samples of a sensor input.
 * @param {readonly import('../make/trace/pen-motion.mjs').PenSample[]} pen
 * @returns {Window[]}
 */
export function penWindows(pen) {
  return starts.map((start) => {
    const first = Math.round(start * PEN_RATE);
    const part = pen.slice(first, first + WINDOW * PEN_RATE);
    const times = part.map((_, at) => at / PEN_RATE);
    const channel = (name) => ({ times, values: part.map((sample) => sample[name]) });
    return { time: start + WINDOW / 2, raw: { channels: { x: channel('x'), y: channel('y'), down: channel('down') } } };
  });
}
