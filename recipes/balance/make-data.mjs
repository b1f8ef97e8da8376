// Makes the data of recipes/balance: node recipes/balance/make-data.mjs   (a minute or two, once)
//
// A picture of recipes/digits and somebody who says the same digit in noise, at one fixed ratio. The picture is easy; the
// noise is as loud as makes the voice alone right in 75 to 90 of 100 cases. Voices that speak in held-out samples never do in training.
import { createHash } from 'node:crypto';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeData as makeDigits, manifest } from '../digits/make-data.mjs';
import { eachOf } from '../five-digits/make/each-of.mjs';
import { keyed, shuffle } from '../five-digits/make/keyed.mjs';
import { makeFile } from '../five-digits/make/make-file.mjs';
import { chooseUtterance } from '../five-digits/make/plan.mjs';
import { findUtterances, makeBank, spoken } from '../five-digits/make/speech/bank.mjs';
import { mixed, noisy } from '../five-digits/make/speech/effects.mjs';
import { wavOf } from '../five-digits/make/speech/wav.mjs';
import { beginData } from '../tools/begin-data.mjs';
import { filesBelow, hashFiles } from '../tools/packages.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const DATA = join(HERE, 'data');

/** Samples of each split; those of `validation` are what gradient blending compares with. */
export const SIZES = { train: 4000, validation: 500, test: 2000 };
/** Loudness of the speech over that of the white noise, in dB. */
export const RATIO = -9;
/** Seconds that each recording lasts. */
const SECONDS = 1;
/** Share of the held-out utterances that `validation` has to itself. */
const VALIDATION_SHARE = 0.2;

/**
 * What the samples are: a function of the utterances there are and of nothing else.
 * @param {readonly import('../five-digits/make/speech/utterances.mjs').Utterance[]} utterances
 * @param {Readonly<Record<keyof typeof SIZES, number>>} [sizes]
 */
export function plan(utterances, sizes = SIZES) {
  const rows = manifest().map(({ row }) => row);
  const of = (split) =>
    shuffle(
      rows.filter((row) => row.split === split),
      ({ id }) => ['balance', id],
    );
  const [training, heldOut] = [of('train'), of('test')];
  const parts = {
    train: training.slice(0, sizes.train),
    validation: training.slice(sizes.train, sizes.train + sizes.validation),
    test: heldOut.slice(0, sizes.test),
  };
  const voices = voicesBySplit(utterances);
  return Object.entries(parts).flatMap(([split, pictures]) =>
    pictures.map(({ id, picture, digit }) => ({
      row: { id, split, image: `pictures/${id}.png`, audio: `speech/${id}.wav`, digit },
      picture,
      utterance: chooseUtterance(voicesFor(voices, split, digit), digit, split !== 'train', 'balance', id),
    })),
  );
}

/** Where too few speak for a split of their own, those of `test` do. */
const voicesFor = (voices, split, digit) =>
  split !== 'validation' || voices.validation.some((each) => each.heldOut && each.digit === digit)
    ? voices[split]
    : voices.test;

function voicesBySplit(utterances) {
  const apart = ({ name, recording }) => recording && keyed('validation', name) < VALIDATION_SHARE;
  return {
    train: utterances,
    validation: utterances.filter((each) => apart(each)),
    test: utterances.filter((each) => !apart(each)),
  };
}

/** @param {{ folder?: string, sizes?: typeof SIZES }} [options] @returns {Promise<{ folder: string, pictures: number, reused: boolean }>} */
export async function makeData({ folder = DATA, sizes = SIZES } = {}) {
  const { utterances, notice } = await findUtterances();
  const planned = plan(utterances, sizes);
  const lines = planned.map(({ row }) => `${JSON.stringify(row)}\n`).join('');
  const goal = goalOf(lines, utterances);
  const stamp = join(folder, 'stamp.txt');
  if ((await readFile(stamp, 'utf8').catch(() => '')) === goal)
    return { folder, pictures: planned.length, reused: true };
  if (notice) console.log(notice);
  await beginData(folder, goal);
  const digits = await makeDigits();
  await makeBank(folder, utterances);
  await eachOf('pictures and speech in noise', planned, async ({ row, picture, utterance }) => {
    await makeFile(folder, row.image, (aside) => copyFile(join(digits.folder, picture), aside));
    await makeFile(folder, row.audio, async (aside) => {
      const samples = mixed(SECONDS, [{ samples: await spoken(folder, utterance), time: 0 }]);
      await writeFile(aside, wavOf(noisy(samples, RATIO, 0, 'balance', row.id).map((value) => value * LEVEL)));
    });
  });
  await writeFile(join(folder, 'manifest.jsonl'), lines);
  await writeFile(stamp, goal);
  return { folder, pictures: planned.length, reused: false };
}

/** Keeps the sum of speech and noise from being clipped. */
const LEVEL = 0.25;

/** Of the code that makes the data and of who can speak. */
function goalOf(lines, utterances) {
  const sources = [fileURLToPath(import.meta.url), ...filesBelow(join(HERE, '..', 'five-digits', 'make', 'speech'))];
  const names = utterances.map(({ name }) => name).join();
  return createHash('sha256')
    .update(`${hashFiles(sources)} ${names} ${lines}`)
    .digest('hex');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { folder, pictures, reused } = await makeData();
  console.log(`${pictures} samples ${reused ? 'are already in' : 'written to'} ${folder}`);
}
