// Scenes and questions whose words nearly tell the answer, as bananas are yellow in most pictures:
// node recipes/scene-questions/dominance/make-data.mjs   (half a minute; nothing when they are there already)
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { boxOf, COLOURS, pick, randomOf, SHAPES } from '../../grounding/scenes.mjs';
import { makeData as makeScenes } from '../make-data.mjs';
import { KINDS, wordings } from '../questions.mjs';
import { sceneOf } from '../scenes.mjs';

export const FOLDER = join(dirname(fileURLToPath(import.meta.url)), 'data');
/** Scenes of each split, with one question each. */
export const SIZES = { train: 8_000, test: 2_000 };
/** Share of the questions, of either split, that have the usual answer. */
export const SHARE = 0.9;
/** Things in a scene. */
const THINGS = [3, 4];

/** The usual answer: squares are red and what is red is a square, and so on. @param {import('../questions.mjs').Name} name */
export const usualOf = ({ colour, shape }) =>
  colour ? SHAPES[COLOURS.indexOf(colour)] : COLOURS[SHAPES.indexOf(/** @type {any} */ (shape))];

/** Rows and things of each scene: one question about the colour or the shape of a thing that is alone of its name. */
export function planTelling(sizes = SIZES) {
  return Object.entries(sizes).flatMap(([split, count]) =>
    Array.from({ length: count }, (_, index) => {
      const id = `${split}-${String(index).padStart(5, '0')}`;
      const random = randomOf(`prior/${id}`);
      const usual = random() < SHARE;
      for (;;) {
        const things = sceneOf(pick(THINGS, random), random);
        const questions = KINDS.attribute(things).filter(
          ({ meaning, answer }) => (answer === usualOf(meaning.name)) === usual,
        );
        if (questions.length === 0) continue;
        const { meaning, answer, thing } = pick(questions, random);
        const question = pick(wordings(meaning), random);
        const row = {
          ...{ id, split, scene: `scenes/${id}.png`, question, answer, usual: usual ? 'usual' : 'unusual' },
          thing: boxOf(thing),
        };
        return { scene: id, things, rows: [row] };
      }
    }),
  );
}

export const makeData = (options = {}) => makeScenes({ folder: FOLDER, sizes: SIZES, planOf: planTelling, ...options });

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { folder, pictures, reused } = await makeData();
  console.log(`${pictures} scenes ${reused ? 'are already in' : 'were written to'} ${folder}`);
}
