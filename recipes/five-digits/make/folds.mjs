import { fileOf } from './speech/utterances.mjs';
import { variation } from './speech/vary.mjs';

/** Changed copies of each synthetic utterance: there is one of each digit by each voice, and 50 by each person. */
const COPIES = 8;

/**
 * @typedef {import('./speech/utterances.mjs').Utterance} Utterance
 * @typedef {{ id: string, file: string, utterance: Utterance, variation?: import('./speech/vary.mjs').Variation }} Take an
 *   utterance, changed or as it is in the bank
 */

/**
 * Sounds for the folds over speakers: each human utterance as it was recorded, each synthetic one in changed copies.
 * @param {readonly Utterance[]} utterances
 * @returns {Take[]}
 */
export function planTakes(utterances) {
  return utterances.flatMap((utterance) => {
    const { name, recording } = utterance;
    if (recording) return [{ id: name, file: fileOf(utterance), utterance }];
    return Array.from({ length: COPIES }, (_, copy) => {
      const id = `${name}-${copy}`;
      return { id, file: `takes/${id}.wav`, utterance, variation: variation(false, 'take', id) };
    });
  });
}

/**
 * For each person the rows of a manifest that tests on this person and trains on everybody else, synthetic voices among them.
 * @param {readonly Take[]} takes
 * @returns {Map<string, { id: string, split: string, audio: string, digit: string, speaker: string }[]>}
 */
export function planFolds(takes) {
  const people = [...new Set(takes.flatMap(({ utterance: { recording, speaker } }) => (recording ? [speaker] : [])))];
  return new Map(
    people.sort().map((person) => [
      person,
      takes.map(({ id, file, utterance: { digit, speaker } }) => {
        const split = speaker === person ? 'test' : 'train';
        return { id, split, audio: file, digit, speaker };
      }),
    ]),
  );
}
