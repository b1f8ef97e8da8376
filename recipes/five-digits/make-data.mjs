// Makes the data of five modalities for 2,500 of the handwritten digits: node recipes/five-digits/make-data.mjs
// A few minutes on two cores, once; what was stopped goes on where it was, and what is there is left as it is.
//
// Where each modality comes from. Picture and caption are those of recipes/digits. The voice is a human recording (Free Spoken
// Digit Dataset, CC BY-SA 4.0, never part of this repository) or one of flite's, varied in voice, pace and noise. Film and pen are
// DERIVED FROM THE PICTURE: its bitmap is thinned and traced without a look at its label (make/trace). So image, video
// and sensor of a sample are three views of one drawing, and finding one by another is easier than with three real devices.
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lockFolder } from '@modalkit/core';
import { makeData as makeDigits } from '../digits/make-data.mjs';
import { filesBelow, hashFiles } from '../tools/packages.mjs';
import { planFolds, planTakes } from './make/folds.mjs';
import { makeSamples } from './make/make-samples.mjs';
import { makeStrings, makeTakes } from './make/make-speech.mjs';
import { planSamples } from './make/plan.mjs';
import { findUtterances, makeBank } from './make/speech/bank.mjs';
import { planStrings } from './make/strings.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const DATA = join(HERE, 'data');
const STAMP = 'stamp.json';

/** Of the files that say what the data is. */
function sourcesHash() {
  const digits = ['make-data.mjs', 'captions.mjs'].map((name) => join(HERE, '..', 'digits', name));
  return hashFiles([...filesBelow(join(HERE, 'make')), fileURLToPath(import.meta.url), ...digits]);
}

/**
 * @param {readonly import('./make/speech/utterances.mjs').Utterance[]} utterances
 * @returns {Record<string, string>} content of each manifest by its name
 */
export function manifests(utterances) {
  const lines = (rows) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  const folds = [...planFolds(planTakes(utterances))].map(([person, rows]) => [`speaker-${person}.jsonl`, lines(rows)]);
  return {
    'manifest.jsonl': lines(planSamples(utterances).map(({ row }) => row)),
    'strings.jsonl': lines(planStrings(utterances).map(({ row }) => row)),
    ...Object.fromEntries(folds),
  };
}

/** What identifies finished data: the code that made it, who spoke, what the manifests say. */
function stampOf(utterances, texts) {
  const speakers = [...new Set(utterances.map(({ speaker }) => speaker))].sort();
  const manifest = createHash('sha256').update(JSON.stringify(texts)).digest('hex');
  return `${JSON.stringify({ sources: sourcesHash(), manifest, speakers })}\n`;
}

/** True when the folder has this stamp and every file that its manifests name. */
async function isThere(folder, stamp, texts) {
  if ((await readFile(join(folder, STAMP), 'utf8').catch(() => '')) !== stamp) return false;
  const files = new Set(await readdir(folder, { recursive: true }));
  for (const name of Object.keys(texts)) if (!files.has(name)) return false;
  return namedFiles(texts).every((file) => files.has(file));
}

/** Files that rows of the manifests name. */
function namedFiles(texts) {
  const rows = Object.values(texts).flatMap((text) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  );
  return rows.flatMap((row) => ['audio', 'image', 'sensor', 'video'].flatMap((input) => row[input] ?? []));
}

/**
 * Makes the folder of data. It grows aside, file by file, and is renamed when it is whole.
 * @param {{ folder?: string }} [options]
 * @returns {Promise<{ folder: string, pictures: number, reused: boolean }>} `pictures`: how many samples there are
 * @throws Error in one sentence when nobody can speak here
 */
export async function makeData({ folder = DATA } = {}) {
  const { utterances, notice } = await findUtterances();
  const texts = manifests(utterances);
  const stamp = stampOf(utterances, texts);
  const plans = planSamples(utterances);
  const made = { folder, pictures: plans.length };
  if (notice) console.log(notice);
  if (await isThere(folder, stamp, texts)) return { ...made, reused: true };
  const setup = join(dirname(folder), '.setup');
  const aside = join(setup, 'data');
  const lock = await lockFolder(setup);
  try {
    await begin(aside, stamp);
    await makeBank(aside, utterances);
    const digits = await makeDigits();
    await makeSamples(aside, digits.folder, plans);
    await makeStrings(aside, planStrings(utterances));
    await makeTakes(aside, planTakes(utterances));
    for (const [name, text] of Object.entries(texts)) await writeFile(join(aside, name), text);
    await writeFile(join(aside, STAMP), stamp);
    await rm(folder, { recursive: true, force: true });
    await rename(aside, folder);
  } finally {
    await lock.release();
  }
  return { ...made, reused: false };
}

/** Goes on with what a stopped making has left, if that was to be the same data. */
async function begin(aside, stamp) {
  const goal = join(aside, 'goal.json');
  if ((await readFile(goal, 'utf8').catch(() => '')) === stamp) return;
  await rm(aside, { recursive: true, force: true });
  await mkdir(aside, { recursive: true });
  await writeFile(goal, stamp);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const start = performance.now();
  try {
    const { folder, pictures, reused } = await makeData();
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(`${pictures} samples ${reused ? 'are already in' : 'written to'} ${folder} (${seconds} s)`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
