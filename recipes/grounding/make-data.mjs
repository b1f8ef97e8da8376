// Draws scenes of coloured shapes, says which of them is meant in English or Chinese, and writes them with a JSONL manifest:
// node recipes/grounding/make-data.mjs   (half a minute; nothing when they are there already)
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesBelow, hashFiles } from '../tools/packages.mjs';
import { phraseOf } from './phrases.mjs';
import { boxOf, randomOf, SIDE, sceneOf } from './scenes.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const DATA = join(HERE, 'data');
const STAMP = 'stamp.json';
export const SIZES = { train: 20_000, test: 2_000 };
/** Share of phrases that need a relation. */
const RELATED = 0.7;
const LANGUAGES = /** @type {const} */ (['en', 'zh']);
const INK = { red: '#e5484d', green: '#3dba4e', blue: '#3b82f6', yellow: '#ffd23f' };

/**
 * Row and things of each scene. Of the test split's scenes that need a relation every second one is told in an order of words that
 * training never has.
 */
export function plan(sizes = SIZES) {
  return Object.entries(sizes).flatMap(([split, count]) =>
    Array.from({ length: count }, (_, index) => {
      const id = `${split}-${String(index).padStart(5, '0')}`;
      const random = randomOf(`row/${id}`);
      const related = random() < RELATED;
      const { things, meaning } = sceneOf(`scene/${id}`, related);
      const language = LANGUAGES[index % 2];
      const order = split === 'test' && related && random() < 0.5 ? 'unseen' : 'seen';
      const row = {
        ...{ id, split, scene: `scenes/${id}.png`, phrase: phraseOf(meaning, language, order, random) },
        ...{ place: boxOf(meaning.thing), language, order, needs: related ? 'relation' : 'kind' },
      };
      return { row, things };
    }),
  );
}

/** @param {readonly import('./scenes.mjs').Thing[]} things */
export function svgOf(things) {
  const shapes = things.map((thing) => `<g fill="${INK[thing.colour]}">${outline(thing)}</g>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${SIDE}" height="${SIDE}"><rect width="100%" height="100%" fill="#20242c"/>${shapes.join('')}</svg>`;
}

/** @param {import('./scenes.mjs').Thing} thing */
function outline({ shape, x, y, size }) {
  const half = size / 2;
  const [left, top, right, bottom] = [x - half, y - half, x + half, y + half];
  switch (shape) {
    case 'square':
      return `<rect x="${left}" y="${top}" width="${size}" height="${size}"/>`;
    case 'circle':
      return `<circle cx="${x}" cy="${y}" r="${half}"/>`;
    case 'triangle':
      return `<polygon points="${x},${top} ${right},${bottom} ${left},${bottom}"/>`;
    case 'cross':
      return `<path d="M${x - half / 3} ${top}h${size / 3}v${size}h${-size / 3}zM${left} ${y - half / 3}h${size}v${size / 3}h${-size}z"/>`;
  }
}

/** @param {{ folder?: string, sizes?: typeof SIZES }} [options] @returns {Promise<{ folder: string, pictures: number, reused: boolean }>} */
export async function makeData({ folder = DATA, sizes = SIZES } = {}) {
  const pictures = sizes.train + sizes.test;
  const goal = `${hashFiles(filesBelow(HERE).filter((file) => file.endsWith('.mjs')))} ${pictures}`;
  if ((await readFile(join(folder, STAMP), 'utf8').catch(() => '')) === goal) return { folder, pictures, reused: true };
  const aside = `${folder}.part`;
  await rm(aside, { recursive: true, force: true });
  await mkdir(join(aside, 'scenes'), { recursive: true });
  const planned = plan(sizes);
  await drawAll(aside, planned);
  await writeFile(join(aside, 'manifest.jsonl'), planned.map(({ row }) => `${JSON.stringify(row)}\n`).join(''));
  await writeFile(join(aside, STAMP), goal);
  await rm(folder, { recursive: true, force: true });
  await rename(aside, folder);
  return { folder, pictures, reused: false };
}

/** Draws the things of each row's scene into its file, a few at a time. */
export async function drawAll(folder, planned) {
  const { default: sharp } = await import('sharp');
  for (let start = 0; start < planned.length; start += 64)
    await Promise.all(
      planned.slice(start, start + 64).map(({ row, things }) =>
        sharp(Buffer.from(svgOf(things)))
          .removeAlpha()
          .png()
          .toFile(join(folder, row.scene)),
      ),
    );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { folder, pictures, reused } = await makeData();
  console.log(`${pictures} scenes ${reused ? 'are already in' : 'were written to'} ${folder}`);
}
