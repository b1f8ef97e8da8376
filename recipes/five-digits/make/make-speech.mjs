import { writeFile } from 'node:fs/promises';
import { eachOf } from './each-of.mjs';
import { makeFile } from './make-file.mjs';
import { spoken } from './speech/bank.mjs';
import { mixed, SPEECH_RATE } from './speech/effects.mjs';
import { inNoise, revoiced } from './speech/vary.mjs';
import { wavOf } from './speech/wav.mjs';

/** Seconds of silence before a string's first word and after its last. */
const EDGE = 0.1;

/**
 * Makes the digit strings.
 * @param {string} folder
 * @param {readonly import('./strings.mjs').DigitString[]} strings
 */
export async function makeStrings(folder, strings) {
  await eachOf('digit strings', strings, ({ row, parts, room }) =>
    makeFile(folder, row.audio, async (aside) => {
      const pieces = [];
      let time = EDGE;
      for (const { utterance, variation, gap } of parts) {
        const samples = revoiced(await spoken(folder, utterance), variation);
        pieces.push({ samples, time });
        time += samples.length / SPEECH_RATE + gap;
      }
      await writeFile(aside, wavOf(inNoise(mixed(time + EDGE, pieces), room, row.id)));
    }),
  );
}

/**
 * Makes the changed sounds of the folds over speakers.
 * @param {string} folder
 * @param {readonly import('./folds.mjs').Take[]} takes
 */
export async function makeTakes(folder, takes) {
  const changed = takes.filter(({ variation }) => variation);
  await eachOf('changed voices', changed, ({ id, file, utterance, variation }) =>
    makeFile(folder, file, async (aside) =>
      writeFile(aside, wavOf(inNoise(revoiced(await spoken(folder, utterance), variation), variation, id))),
    ),
  );
}
