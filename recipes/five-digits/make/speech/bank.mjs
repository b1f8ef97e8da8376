import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findFfmpeg, synthesiseSpeech } from '@modalkit/media';
import { WORDS } from '../../../digits/captions.mjs';
import { interrupted } from '../../../tools/children.mjs';
import { eachOf } from '../each-of.mjs';
import { makeFile } from '../make-file.mjs';
import { SPEECH_RATE, trimmed } from './effects.mjs';
import { fileOf, humanUtterances, recordingsFolder, syntheticUtterances } from './utterances.mjs';
import { samplesOfWav, wavOf } from './wav.mjs';

/** @typedef {import('./utterances.mjs').Utterance} Utterance */

/**
 * The utterances that this machine can have, and one sentence about what it cannot.
 * @returns {Promise<{ utterances: Utterance[], notice?: string }>}
 * @throws Error in one sentence when there is neither a synthetic nor a human voice
 */
export async function findUtterances() {
  const folder = recordingsFolder();
  const human = folder ? humanUtterances(folder) : [];
  const canSpeak = (await findFfmpeg())?.can.flite === true;
  const synthetic = canSpeak ? syntheticUtterances() : [];
  if (human.length + synthetic.length === 0)
    throw new Error(
      'five-digits: nobody can speak the digits: ffmpeg has no flite voices here and ../shared/data/fsdd has no recordings; install an ffmpeg with flite (Debian’s has it) or set MODALKIT_FSDD to the recordings.',
    );
  const notice =
    human.length === 0
      ? 'five-digits: no human recordings in ../shared/data/fsdd or MODALKIT_FSDD: all voices are synthetic, and nothing is said of unseen speakers.'
      : canSpeak
        ? undefined
        : 'five-digits: this ffmpeg has no flite voices: all voices are human recordings.';
  return { utterances: [...human, ...synthetic], ...(notice && { notice }) };
}

/**
 * Reads or synthesises every utterance once: the bank that all speech is taken from.
 * @param {string} folder
 * @param {readonly Utterance[]} utterances
 */
export async function makeBank(folder, utterances) {
  await eachOf('voices', utterances, (utterance) =>
    makeFile(folder, fileOf(utterance), async (aside) => writeFile(aside, wavOf(trimmed(await soundOf(utterance))))),
  );
}

async function soundOf({ name, digit, speaker, recording }) {
  if (!recording) {
    const words = WORDS.en[Number(digit)];
    const voice = speaker.slice('flite/'.length);
    return synthesiseSpeech({ words, voice, sampleRate: SPEECH_RATE, signal: interrupted });
  }
  return samplesOfWav(await readFile(recording), name);
}

/** An utterance of the bank. @param {string} folder @param {Utterance} utterance */
export async function spoken(folder, utterance) {
  return samplesOfWav(await readFile(join(folder, fileOf(utterance))), utterance.name);
}
