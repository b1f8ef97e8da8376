import { distance } from './path.mjs';

/**
 * Width in pixels of the ink at a point of a pen's way: twice the distance to the nearest paper. Dots of these widths along the
 * skeleton make up the ink again, the filled loops too (the medial axis, Blum 1967).
 * @param {import('./thin.mjs').Bitmap} bitmap
 * @returns {(point: import('./skeleton-graph.mjs').Point) => number}
 */
export function inkWidth({ width, height, data }) {
  const ink = (x, y) => x >= 0 && y >= 0 && x < width && y < height && data[y * width + x] === 1;
  const shore = [...data.keys()]
    .map((at) => [at % width, Math.floor(at / width)])
    .filter(([x, y]) => !ink(x, y) && (ink(x - 1, y) || ink(x + 1, y) || ink(x, y - 1) || ink(x, y + 1)));
  return (point) => {
    let nearest = Math.max(width, height);
    for (const paper of shore) nearest = Math.min(nearest, distance(point, paper));
    return Math.max(1, 2 * nearest - 1);
  };
}
