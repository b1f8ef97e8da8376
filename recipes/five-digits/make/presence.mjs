import { keyed } from './keyed.mjs';

/** The five inputs, in the words of the summary. */
export const INPUTS = /** @type {const} */ (['audio', 'image', 'sensor', 'text', 'video']);
/** How likely a training sample has an input. */
export const PRESENT = 0.7;
/** A sample with one input has no pair to learn from: it is drawn again, which makes the rate 0.716. */
const LEAST = 2;

/**
 * Inputs that a sample has: all when it is held out, else each with p = 0.7 by a fixed seed.
 * @param {string} id
 * @param {'train' | 'test'} split
 * @returns {readonly (typeof INPUTS)[number][]}
 */
export function presentInputs(id, split) {
  if (split === 'test') return INPUTS;
  for (let draw = 0; ; draw++) {
    const present = INPUTS.filter((input) => keyed('presence', id, input, draw) < PRESENT);
    if (present.length >= LEAST) return present;
  }
}
