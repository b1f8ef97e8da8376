/** @typedef {import('./skeleton-graph.mjs').Point} Point */

/** Length of a path. @param {readonly Point[]} points */
export function lengthOf(points) {
  return points.slice(1).reduce((sum, point, at) => sum + distance(points[at], point), 0);
}

/** @param {Point} a @param {Point} b */
export const distance = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);

/**
 * Points at equal distances along a path, its two ends among them.
 * @param {readonly Point[]} points
 * @param {number} count two at least
 * @returns {Point[]}
 */
export function resample(points, count) {
  const total = lengthOf(points);
  const found = [];
  let [at, passed] = [0, 0];
  for (let index = 0; index < count; index++) {
    const wanted = (total * index) / (count - 1);
    while (at < points.length - 2 && passed + distance(points[at], points[at + 1]) < wanted) {
      passed += distance(points[at], points[at + 1]);
      at += 1;
    }
    const [from, to] = [points[at], points[Math.min(at + 1, points.length - 1)]];
    const share = Math.min(1, (wanted - passed) / (distance(from, to) || 1));
    found.push([from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share]);
  }
  return found;
}

/**
 * Takes the pixels' steps out of a path: each point becomes the mean of those up to `reach` before and after it, as many on
 * either side, so that the ends stay where they are.
 * @param {readonly Point[]} points
 * @param {number} reach
 * @returns {Point[]}
 */
export function smooth(points, reach) {
  return points.map((_, at) => {
    const side = Math.min(reach, at, points.length - 1 - at);
    const near = points.slice(at - side, at + side + 1);
    const mean = (axis) => near.reduce((sum, point) => sum + point[axis], 0) / near.length;
    return [mean(0), mean(1)];
  });
}
