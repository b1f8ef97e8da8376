// The data of recipes/five-digits, and twice as many pictures more of recipes/digits' training split with their captions, nothing else of
// them: pre-training asks for no label, so it can have more than is labelled. node recipes/masked/make-data.mjs
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeData as makeDigits, manifest } from '../digits/make-data.mjs';
import { keyed } from '../five-digits/make/keyed.mjs';
import { makeData as makeFiveDigits } from '../five-digits/make-data.mjs';

const DATA = join(dirname(fileURLToPath(import.meta.url)), 'data');
const MANIFEST = 'manifest.jsonl';
/** Pictures with captions beside those of recipes/five-digits. */
const MORE = 4000;

/**
 * Makes the folder of data, whole or not at all: written aside, then renamed.
 * @returns {Promise<{ folder: string, pictures: number, reused: boolean }>}
 */
export async function makeData({ folder = DATA } = {}) {
  const [digits, five] = [await makeDigits(), await makeFiveDigits()];
  const known = await readFile(join(five.folder, MANIFEST), 'utf8');
  const more = morePictures(known);
  const lines = known + more.map(({ row }) => `${JSON.stringify(row)}\n`).join('');
  const pictures = five.pictures + more.length;
  if ((await readFile(join(folder, MANIFEST), 'utf8').catch(() => '')) === lines)
    return { folder, pictures, reused: true };
  const aside = join(dirname(folder), '.setup', 'data');
  await rm(aside, { recursive: true, force: true });
  await mkdir(aside, { recursive: true });
  for (const part of ['films', 'pens', 'pictures', 'speech'])
    await cp(join(five.folder, part), join(aside, part), { recursive: true });
  for (const { picture, row } of more) await cp(join(digits.folder, picture), join(aside, row.image));
  await writeFile(join(aside, MANIFEST), lines);
  await rm(folder, { recursive: true, force: true });
  await rename(aside, folder);
  return { folder, pictures, reused: false };
}

/**
 * Pictures of the training split that recipes/five-digits doesn't have, chosen by key, with what they become.
 * @param {string} known its manifest
 * @returns {{ picture: string, row: { id: string, split: string, image: string, text: string } }[]}
 */
export function morePictures(known) {
  const ids = new Set(
    known
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).id),
  );
  return manifest()
    .filter(({ row }) => row.split === 'train' && !ids.has(row.id))
    .map(({ row }) => ({ row, rank: keyed('masked', row.id) }))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, MORE)
    .map(({ row: { id, split, picture, caption } }) => ({
      picture,
      row: { id, split, image: `pictures/${id}.png`, text: caption },
    }));
}
