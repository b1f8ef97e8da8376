// Makes the data of five modalities for 2,500 of the handwritten digits: node recipes/five-digits/make-data.mjs
// A few minutes on two cores, once; what was stopped goes on where it was, and what is there is left as it is.
//
// Where each modality comes from. Picture and caption are those of recipes/digits. The voice is a human recording (Free Spoken
// Digit Dataset, CC BY-SA 4.0, never part of this repository) or one of flite's, varied in voice, pace and noise. Film and pen are
// DERIVED FROM THE PICTURE: its bitmap is thinned and traced without a look at its label (make/trace). So image, video
// and sensor of a sample are three views of one drawing, and finding one by another is easier than with three real devices.
import { createHash } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lockFolder } from '@modalkit/core';
import { makeData as makeDigits } from '../digits/make-data.mjs';
import { beginData } from '../tools/begin-data.mjs';
import { filesBelow, hashFiles } from '../tools/packages.mjs';
import { SIZES } from './make/choose.mjs';
import { planFolds, planTakes } from './make/folds.mjs';
import { makeSamples } from './make/make-samples.mjs';
import { makeStrings, makeTakes } from './make/make-speech.mjs';
import { planSamples } from './make/plan.mjs';
import { findUtterances, makeBank } from './make/speech/bank.mjs';
import { planStrings } from './make/strings.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const DATA = join(HERE, 'data');
const STAMP = 'stamp.json';
const PICTURES = SIZES.train + SIZES.test;

/** Of the files that say what the data is. */
function sourcesHash() {
  const digits = ['make-data.mjs', 'captions.mjs'].map((name) => join(HERE, '..', 'digits', name));
  return hashFiles([...filesBelow(join(HERE, 'make')), fileURLToPath(import.meta.url), ...digits]);
}

/**
 * All that is made of the utterances there are.
 * @param {readonly import('./make/speech/utterances.mjs').Utterance[]} utterances
 */
export function planData(utterances) {
  const takes = planTakes(utterances);
  return { samples: planSamples(utterances), strings: planStrings(utterances), takes, folds: planFolds(takes) };
}

/**
 * @param {ReturnType<typeof planData>} plan
 * @returns {Record<string, string>} content of each manifest by its name
 */
export function manifests({ samples, strings, folds }) {
  const lines = (rows) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  return {
    'manifest.jsonl': lines(samples.map(({ row }) => row)),
    'strings.jsonl': lines(strings.map(({ row }) => row)),
    ...Object.fromEntries([...folds].map(([person, rows]) => [`speaker-${person}.jsonl`, lines(rows)])),
  };
}

const sha256 = (text) => createHash('sha256').update(text).digest('hex');

/** What the data follows from: the code that makes it and who can speak. */
const goalOf = (utterances) => `${sourcesHash()} ${sha256(utterances.map(({ name }) => name).join())}`;

/** True when the folder was made for this goal, its manifests are as they were written and every file they name is there. */
async function isThere(folder, goal) {
  try {
    const stamp = JSON.parse(await readFile(join(folder, STAMP), 'utf8'));
    if (stamp.goal !== goal) return false;
    const files = new Set(await readdir(folder, { recursive: true }));
    for (const [name, hash] of Object.entries(stamp.manifests)) {
      const text = await readFile(join(folder, name), 'utf8');
      if (sha256(text) !== hash || !namedFiles(text).every((file) => files.has(normalize(file)))) return false;
    }
    return true;
  } catch {
    return false;
  }
}

/** Files that rows of a manifest name. */
function namedFiles(text) {
  const rows = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  return rows.flatMap((row) => ['audio', 'image', 'sensor', 'video'].flatMap((input) => row[input] ?? []));
}

/**
 * Makes the folder of data. It grows aside, file by file, and is renamed when it is whole.
 * @param {{ folder?: string }} [options]
 * @returns {Promise<{ folder: string, pictures: number, reused: boolean }>}
 * @throws Error in one sentence when nobody can speak here
 */
export async function makeData({ folder = DATA } = {}) {
  const { utterances, notice } = await findUtterances();
  if (notice) console.log(notice);
  const goal = goalOf(utterances);
  if (await isThere(folder, goal)) return { folder, pictures: PICTURES, reused: true };
  const setup = join(dirname(folder), '.setup');
  const aside = join(setup, 'data');
  const lock = await lockFolder(setup);
  try {
    await beginData(aside, goal);
    await makeAll(aside, planData(utterances), utterances, goal);
    await rm(folder, { recursive: true, force: true });
    await rename(aside, folder);
  } finally {
    await lock.release();
  }
  return { folder, pictures: PICTURES, reused: false };
}

async function makeAll(folder, plan, utterances, goal) {
  await makeBank(folder, utterances);
  const digits = await makeDigits();
  await makeSamples(folder, digits.folder, plan.samples);
  await makeStrings(folder, plan.strings);
  await makeTakes(folder, plan.takes);
  const texts = manifests(plan);
  for (const [name, text] of Object.entries(texts)) await writeFile(join(folder, name), text);
  const hashes = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, sha256(text)]));
  await writeFile(join(folder, STAMP), `${JSON.stringify({ goal, manifests: hashes })}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const start = performance.now();
  try {
    const { folder, pictures, reused } = await makeData();
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(
      `the data of ${pictures} pictures ${reused ? 'is already in' : 'was written to'} ${folder} (${seconds} s)`,
    );
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
