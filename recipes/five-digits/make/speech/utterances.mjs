import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DIGITS } from '../../../digits/captions.mjs';
import { ROOT } from '../../../tools/packages.mjs';
import { shuffle } from '../keyed.mjs';

/**
 * @typedef {object} Utterance a digit spoken once
 * @property {string} name unique, and its file's name
 * @property {string} digit
 * @property {string} speaker a person, or `flite/<voice>`
 * @property {boolean} heldOut belongs to held-out samples alone
 * @property {string} [recording] file of a human recording; without it the voice is synthesised
 */

/** Voices of flite. kal16 is kal at another rate: it speaks in held-out samples only. */
export const VOICES = ['awb', 'kal', 'rms', 'slt', 'kal16'];
const HELD_OUT_VOICE = 'kal16';
/** Share of each speaker's recordings of each digit that is held out. */
const HELD_OUT_SHARE = 0.2;

/** Every digit by every synthetic voice. @returns {Utterance[]} */
export function syntheticUtterances() {
  return VOICES.flatMap((voice) =>
    DIGITS.map((digit) => ({
      name: `flite-${voice}-${digit}`,
      digit,
      speaker: `flite/${voice}`,
      heldOut: voice === HELD_OUT_VOICE,
    })),
  );
}

/** Where the Free Spoken Digit Dataset lies, if it is there: `MODALKIT_FSDD`, or ../shared/data/fsdd from the project's root. */
export function recordingsFolder(folder = process.env.MODALKIT_FSDD || join(ROOT, '..', 'shared', 'data', 'fsdd')) {
  return existsSync(folder) ? folder : undefined;
}

/** The human recordings of a folder, named `{digit}_{speaker}_{index}.wav`. @param {string} folder @returns {Utterance[]} */
export function humanUtterances(folder) {
  const found = readdirSync(folder)
    .sort()
    .flatMap((file) => {
      const [, digit, speaker] = /^([0-9])_([a-z]+)_[0-9]+\.wav$/.exec(file) ?? [];
      return digit ? [{ name: file.slice(0, -'.wav'.length), digit, speaker, recording: join(folder, file) }] : [];
    });
  const groups = new Map();
  for (const each of found) {
    const group = `${each.digit} ${each.speaker}`;
    groups.set(group, [...(groups.get(group) ?? []), each]);
  }
  return [...groups.values()].flatMap((group) =>
    shuffle(group, ({ name }) => ['held out', name]).map((each, rank) => ({
      ...each,
      heldOut: rank < HELD_OUT_SHARE * group.length,
    })),
  );
}

/** An utterance's file in the bank, from the data folder. @param {Utterance} utterance */
export const fileOf = ({ name }) => `bank/${name}.wav`;
