import { variation } from './speech/vary.mjs';

/** Changed copies of each human recording and of each synthetic one: training sees a speaker as many. */
const COPIES = { human: 4, synthetic: 24 };

/**
 * @typedef {import('./speech/utterances.mjs').Utterance} Utterance
 * @typedef {{ id: string, file: string, utterance: Utterance, variation: import('./speech/vary.mjs').Variation | undefined }} Take an utterance, changed or as it is
 */

/**
 * Sounds for the folds over speakers: every utterance in changed copies for training, every human one as it is for testing.
 * @param {readonly Utterance[]} utterances
 * @returns {Take[]}
 */
export function planTakes(utterances) {
  return utterances.flatMap((utterance) => {
    const { name, recording } = utterance;
    const copies = Array.from({ length: recording ? COPIES.human : COPIES.synthetic }, (_, copy) => {
      const id = `${name}-${copy}`;
      return { id, file: `takes/${id}.wav`, utterance, variation: variation(false, 'take', id) };
    });
    const own = recording ? [{ id: name, file: `takes/${name}.wav`, utterance, variation: undefined }] : [];
    return [...own, ...copies];
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
      takes.flatMap(({ id, file, utterance: { digit, speaker }, variation: changed }) => {
        const tests = speaker === person;
        if (tests && changed) return [];
        return [{ id, split: tests ? 'test' : 'train', audio: file, digit, speaker }];
      }),
    ]),
  );
}
