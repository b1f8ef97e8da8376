import { choose } from './choose.mjs';
import { between, keyed, pick } from './keyed.mjs';
import { presentInputs } from './presence.mjs';
import { variation } from './speech/vary.mjs';
import { PEN_REST } from './trace/pen-motion.mjs';

/** Share of the samples in which a person speaks, when there are recordings. */
const HUMAN_SHARE = 0.65;
/** How much earlier or later than the pen the voice begins, in seconds. */
const JITTER = 0.04;

/**
 * @typedef {import('./speech/utterances.mjs').Utterance} Utterance
 * @typedef {object} Plan what is made of one picture
 * @property {ReturnType<typeof choose>[number]} from the picture in recipes/digits
 * @property {Record<string, string>} row the manifest's row, present inputs only
 * @property {number} seconds that drawing takes, which the film and the sound last
 * @property {Utterance} utterance
 * @property {import('./speech/vary.mjs').Variation} variation
 * @property {number} spokenAt second at which the voice begins
 */

/**
 * What the samples are: a function of the utterances there are and of nothing else.
 * @param {readonly Utterance[]} utterances
 * @returns {Plan[]}
 */
export function planSamples(utterances) {
  return choose().map((from) => {
    const { id, split, digit, caption } = from;
    const utterance = chooseUtterance(utterances, digit, split === 'test', id);
    const files = {
      audio: `speech/${id}.wav`,
      image: `pictures/${id}.png`,
      sensor: `pens/${id}.csv`,
      text: caption,
      video: `films/${id}.mp4`,
    };
    const inputs = Object.fromEntries(presentInputs(id, split).map((input) => [input, files[input]]));
    return {
      from,
      row: { id, split, ...inputs, digit, speaker: utterance.speaker },
      seconds: Math.round(between([1, 1.5], 'seconds', id) * 100) / 100,
      utterance,
      variation: variation(split === 'test' && utterance.recording !== undefined, id),
      spokenAt: PEN_REST + between([-JITTER, JITTER], 'spoken at', id),
    };
  });
}

/**
 * One utterance of a digit, of those that are held out or of the others.
 * @param {readonly Utterance[]} utterances
 * @param {string} digit
 * @param {boolean} heldOut
 * @param {...(string | number)} key
 */
export function chooseUtterance(utterances, digit, heldOut, ...key) {
  const fit = utterances.filter((each) => each.digit === digit && each.heldOut === heldOut);
  const human = fit.filter(({ recording }) => recording);
  const synthetic = fit.filter(({ recording }) => !recording);
  const pool = synthetic.length === 0 || (human.length > 0 && keyed('human', ...key) < HUMAN_SHARE) ? human : synthetic;
  return pick(pool, 'utterance', ...key);
}
