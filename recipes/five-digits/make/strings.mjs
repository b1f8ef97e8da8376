import { DIGITS, WORDS } from '../../digits/captions.mjs';
import { between, pick } from './keyed.mjs';
import { variation } from './speech/vary.mjs';

/** Digit strings of each split. */
export const STRINGS = { train: 2400, test: 300 };
const LENGTHS = [3, 4, 5, 6];
/** Silence between two words, in seconds. */
const GAP = /** @type {const} */ ([0.02, 0.15]);

/**
 * @typedef {import('./speech/utterances.mjs').Utterance} Utterance
 * @typedef {{ row: { id: string, split: string, audio: string, words: string[], speaker: string },
 *   parts: { utterance: Utterance, variation: import('./speech/vary.mjs').Variation, gap: number }[],
 *   room: import('./speech/vary.mjs').Variation }} DigitString `room` has the noise of the whole
 */

/**
 * Strings of 3 to 6 digits, each spoken by one speaker: people where there are recordings, synthetic voices where not.
 * Those of the test split are made of held-out utterances.
 * @param {readonly Utterance[]} utterances
 * @returns {DigitString[]}
 */
export function planStrings(utterances) {
  const human = utterances.filter(({ recording }) => recording);
  const spoken = human.length > 0 ? human : utterances;
  return Object.entries(STRINGS).flatMap(([split, count]) => {
    const heldOut = split === 'test';
    const pool = spoken.filter((each) => each.heldOut === heldOut);
    const speakers = [...new Set(pool.map(({ speaker }) => speaker))].sort();
    return Array.from({ length: count }, (_, number) => {
      const id = `string-${split}-${String(number).padStart(4, '0')}`;
      const speaker = pick(speakers, 'speaker', id);
      const digits = Array.from({ length: pick(LENGTHS, 'length', id) }, (_, at) => pick(DIGITS, 'digit', id, at));
      const room = variation(heldOut, id);
      const parts = digits.map((digit, at) => {
        const fit = pool.filter((each) => each.speaker === speaker && each.digit === digit);
        const utterance = pick(fit, 'utterance', id, at);
        // the pace changes from word to word, the voice does not
        const changed = { ...variation(heldOut, id, at), voice: room.voice };
        return { utterance, variation: changed, gap: between(GAP, 'gap', id, at) };
      });
      return {
        row: { id, split, audio: `strings/${id}.wav`, words: digits.map((digit) => WORDS.en[Number(digit)]), speaker },
        parts,
        room,
      };
    });
  });
}
