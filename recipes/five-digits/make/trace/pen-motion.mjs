import { inkWidth } from './ink-width.mjs';
import { distance, lengthOf, resample, smooth } from './path.mjs';
import { strokesOf } from './strokes.mjs';

/**
 * @typedef {{ time: number, x: number, y: number, down: 0 | 1, width: number }} PenSample
 *   time in seconds; x to the right, y downwards and the width of the line under the pen in 0..1 of the picture's side (lifted: 0)
 */

/** Samples a second. */
export const PEN_RATE = 100;
/** Seconds at rest before the first stroke and after the last. */
export const PEN_REST = 0.1;
/** A lifted pen is faster than a drawing one. */
const LIFTED_SPEED = 2;

/**
 * The motion of a pen that draws a picture at constant speed, sampled at 100 Hz. It follows from the pixels and the
 * duration alone; no label is read.
 * @param {import('./thin.mjs').Bitmap} bitmap
 * @param {number} seconds from the pen at rest to the pen at rest
 * @returns {PenSample[]}
 */
export function penMotion(bitmap, seconds) {
  const strokes = strokesOf(bitmap).map((points) => smoothed(points, bitmap.width));
  const legs = legsOf(strokes);
  const cost = legs.map(({ points, down }) => lengthOf(points) / (down ? 1 : LIFTED_SPEED));
  const whole = Math.round(seconds * PEN_RATE);
  const rest = Math.round(PEN_REST * PEN_RATE);
  const counts = shareOut(whole - 2 * rest, cost);
  const drawn = legs.flatMap(({ points, down }, at) =>
    resample(points, Math.max(2, counts[at]))
      .slice(0, counts[at])
      .map((point) => ({ point, down })),
  );
  const still = (point) => Array.from({ length: rest }, () => ({ point, down: 0 }));
  const all = [...still(legs[0].points[0]), ...drawn, ...still(legs.at(-1).points.at(-1))];
  const widthAt = inkWidth(bitmap);
  const share = (value, side) => Math.round((value / side) * 1e4) / 1e4;
  return all.map(({ point: [x, y], down }, at) => ({
    time: at / PEN_RATE,
    x: share(x + 0.5, bitmap.width),
    y: share(y + 0.5, bitmap.height),
    down,
    width: down ? share(widthAt([x, y]), bitmap.width) : 0,
  }));
}

/** Equal steps of about a pixel, then a mean over a few: a reach of 1/24 of the picture. */
function smoothed(points, side) {
  if (points.length < 2) return [points[0], points[0]];
  return smooth(resample(points, Math.max(2, Math.round(lengthOf(points)) + 1)), Math.round(side / 24));
}

/** Strokes, and between them the ways of the lifted pen. */
function legsOf(strokes) {
  return strokes.flatMap((points, at) => {
    const before = strokes[at - 1]?.at(-1);
    const lifted = before && distance(before, points[0]) > 0 ? [{ points: [before, points[0]], down: 0 }] : [];
    return [...lifted, { points, down: 1 }];
  });
}

/** Whole numbers in proportion to the costs, their sum `total`. */
function shareOut(total, cost) {
  const sum = cost.reduce((a, b) => a + b, 0);
  let [spent, given] = [0, 0];
  return cost.map((value) => {
    spent += sum === 0 ? total / cost.length : (value / sum) * total;
    const count = Math.round(spent) - given;
    given += count;
    return count;
  });
}
