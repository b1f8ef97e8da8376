import { COLOURS, pick, SHAPES, SIDE } from '../grounding/scenes.mjs';

/** @typedef {import('../grounding/scenes.mjs').Thing} Thing */

/** Cells in a row and in a column; each has room for one thing. */
const CELLS = 4;
const CELL = SIDE / CELLS;
/** Sides of a thing, and by how far it may lie off the middle of its cell, in pixels. */
const SIZES = [12, 14];
const OFF = 1;

/** So many things; the first two, where there are two, are alike in colour or shape. @param {number} count @param {() => number} random @returns {Thing[]} */
export function sceneOf(count, random) {
  const between = ([least, most]) => least + Math.floor(random() * (most - least + 1));
  const cells = Array.from({ length: CELLS * CELLS }, (_, cell) => cell);
  const centre = (at) => CELL * (at + 0.5) + between([-OFF, OFF]);
  const things = Array.from({ length: count }, () => {
    const [cell] = cells.splice(Math.floor(random() * cells.length), 1);
    const kind = { colour: pick(COLOURS, random), shape: pick(SHAPES, random) };
    return { ...kind, x: centre(cell % CELLS), y: centre(Math.floor(cell / CELLS)), size: between(SIZES) };
  });
  const [first, second] = things;
  if (second) Object.assign(second, random() < 0.5 ? { shape: first.shape } : { colour: first.colour });
  return things;
}
