// Draws scenes of coloured shapes and asks a few questions about each:
// node recipes/scene-questions/make-data.mjs   (a minute; nothing when they are there already)
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hashName } from '@modalkit/toolkit';
import { drawAll } from '../grounding/make-data.mjs';
import { boxOf, pick, randomOf } from '../grounding/scenes.mjs';
import { filesBelow, hashFiles } from '../tools/packages.mjs';
import { KINDS, wordings } from './questions.mjs';
import { sceneOf } from './scenes.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const DATA = join(HERE, 'data');
const STAMP = 'stamp.json';
/** Scenes of each split, and questions about each. */
export const SIZES = { train: 10_000, test: 1_000 };
/** Things in a scene of either split: those with few are easy, and what they teach helps with the others. */
const THINGS = { train: [1, 2, 3, 3, 4, 4], test: [3, 4] };
const QUESTIONS = { train: 4, test: 2 };
/**
 * How much oftener some kinds are asked than the others. Were places denied in training as often as they are told, the word "left" alone
 * would say nothing of where to look, and what it means was not learnt.
 */
const OFTEN = { train: { relation: 5, negatedRelation: 2, relatedCount: 3 }, test: {} };
/** One in so many is kept from training. */
const HELD_OUT = 4;

const isKept = (key) => hashName(`modalkit/scene-questions/${key}`) % HELD_OUT === 0;

/**
 * Whether training never has a question: what it means, in no words, where a thing is told by its place; else these words.
 * @param {import('./questions.mjs').Meaning} meaning @param {string} question
 */
export const isUnseen = (meaning, question) => isKept(meaning.place ? JSON.stringify(meaning) : question);

/** Rows and things of each scene. No question of the test split is in the training split. */
export function plan(sizes = SIZES) {
  return Object.entries(sizes).flatMap(([split, count]) =>
    Array.from({ length: count }, (_, index) => {
      const scene = `${split}-${String(index).padStart(5, '0')}`;
      const random = randomOf(`questions/${scene}`);
      const { things, allowed } = askedScene(split, random);
      const rows = Array.from({ length: QUESTIONS[split] }, (_, at) => {
        const kind = pick(
          Object.keys(allowed).flatMap((kind) => new Array(OFTEN[split][kind] ?? 1).fill(kind)),
          random,
        );
        const { question, answer, named, thing } = pickQuestion(allowed[kind], random);
        return {
          ...{ id: `${scene}-${at}`, split, scene: `scenes/${scene}.png`, question, answer, kind },
          ...{ shapes: things.length, seen: [...new Set(things.map(kindOf))], ...boxesOf({ named, thing }) },
        };
      });
      return { scene, things, rows };
    }),
  );
}

/** A scene and the questions of each kind that its split may have: of three or more things, some of every kind. */
function askedScene(split, random) {
  const count = pick(THINGS[split], random);
  for (;;) {
    const things = sceneOf(count, random);
    const kinds = Object.entries(KINDS).flatMap(([kind, questionsOf]) => {
      const questions = questionsOf(things)
        .flatMap((each) => wordings(each.meaning).map((question) => ({ ...each, question })))
        .filter(({ meaning, question }) => isUnseen(meaning, question) === (split !== 'train'));
      return questions.length > 0 ? [[kind, questions]] : [];
    });
    if (count < 3 || kinds.length === Object.keys(KINDS).length) return { things, allowed: Object.fromEntries(kinds) };
  }
}

/** Boxes of the things that there are. @param {Record<string, import('./questions.mjs').Thing | undefined>} things */
const boxesOf = (things) =>
  Object.fromEntries(Object.entries(things).flatMap(([name, thing]) => (thing ? [[name, boxOf(thing)]] : [])));
const kindOf = ({ colour, shape }) => `${colour} ${shape}`;

/** Every answer that is possible is as likely as any other. */
function pickQuestion(questions, random) {
  const answer = pick([...new Set(questions.map((each) => each.answer))], random);
  return pick(
    questions.filter((each) => each.answer === answer),
    random,
  );
}

/** @returns {Promise<{ folder: string, pictures: number, reused: boolean }>} */
export async function makeData({ folder = DATA, sizes = SIZES, planOf = plan } = {}) {
  const pictures = sizes.train + sizes.test;
  const makers = ['grounding', 'scene-questions'].flatMap((name) => filesBelow(join(HERE, '..', name)));
  const goal = `${hashFiles(makers.filter((file) => file.endsWith('.mjs')))} ${pictures}`;
  if ((await readFile(join(folder, STAMP), 'utf8').catch(() => '')) === goal) return { folder, pictures, reused: true };
  const aside = `${folder}.part`;
  await rm(aside, { recursive: true, force: true });
  await mkdir(join(aside, 'scenes'), { recursive: true });
  const planned = planOf(sizes);
  await drawAll(
    aside,
    planned.map(({ scene, things }) => ({ row: { scene: `scenes/${scene}.png` }, things })),
  );
  const rows = planned.flatMap((each) => each.rows);
  await writeFile(join(aside, 'manifest.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  await writeFile(join(aside, STAMP), goal);
  await rm(folder, { recursive: true, force: true });
  await rename(aside, folder);
  return { folder, pictures, reused: false };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { folder, pictures, reused } = await makeData();
  console.log(`${pictures} scenes ${reused ? 'are already in' : 'were written to'} ${folder}`);
}
