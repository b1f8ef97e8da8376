import { lengthOf } from './path.mjs';

/** @typedef {import('./skeleton-graph.mjs').Graph} Graph */

/**
 * Takes out what thinning adds to a drawing: spurs at the border of thick strokes, and the short bridge that two crossing
 * strokes become. What is shorter than the stroke is wide cannot be seen in the ink.
 * @param {Graph} graph
 * @param {number} strokeWidth in pixels
 * @returns {Graph}
 */
export function tidyGraph({ nodes, edges }, strokeWidth) {
  const kept = withoutSpurs(edges, strokeWidth);
  return withoutBridges({ nodes: new Set(nodes), edges: kept }, strokeWidth);
}

function degrees(edges) {
  const degree = new Map();
  for (const end of edges.flatMap(({ ends }) => ends)) degree.set(end, (degree.get(end) ?? 0) + 1);
  return degree;
}

/** One spur at a time, shortest first: when it is gone, its junction may be none and the rest of the line no spur. */
function withoutSpurs(edges, strokeWidth) {
  let kept = edges;
  for (;;) {
    const degree = degrees(kept);
    const isSpur = ({ ends: [a, b], points }) =>
      a !== b && Math.min(degree.get(a), degree.get(b)) === 1 && Math.max(degree.get(a), degree.get(b)) > 2
        ? lengthOf(points) < strokeWidth
        : false;
    const [shortest] = kept.filter(isSpur).sort((a, b) => lengthOf(a.points) - lengthOf(b.points));
    if (!shortest) return kept;
    kept = kept.filter((edge) => edge !== shortest);
  }
}

/** Joins two junctions that lie closer than the stroke is wide; the lines that met there now meet in one. */
function withoutBridges({ nodes, edges }, strokeWidth) {
  const degree = degrees(edges);
  const bridge = edges.find(
    ({ ends: [a, b], points }) => degree.get(a) > 2 && degree.get(b) > 2 && lengthOf(points) < strokeWidth,
  );
  if (!bridge) return { nodes, edges };
  const [stays, goes] = bridge.ends;
  const middle = bridge.points[Math.floor(bridge.points.length / 2)];
  const moved = edges
    .filter((edge) => edge !== bridge)
    .map(({ ends, points }) => {
      const meets = ends.map((end) => end === stays || end === goes);
      const path = [...(meets[0] ? [middle] : []), ...points, ...(meets[1] ? [middle] : [])];
      return { ends: ends.map((end) => (end === goes ? stays : end)), points: path };
    });
  if (stays !== goes) nodes.delete(goes);
  return withoutBridges({ nodes, edges: moved }, strokeWidth);
}
