import { distance, lengthOf } from './path.mjs';
import { skeletonGraph } from './skeleton-graph.mjs';
import { thin } from './thin.mjs';
import { tidyGraph } from './tidy-graph.mjs';

/**
 * @typedef {import('./skeleton-graph.mjs').Point} Point
 * @typedef {{ edge: import('./skeleton-graph.mjs').Edge, side: 0 | 1 }} End an edge seen from one of its nodes
 */

/** A pen that crosses a line turns no more than this, in radians. */
const SHARPEST = (100 * Math.PI) / 180;

/**
 * How a pen may have drawn a picture, from its pixels alone: lines go straight on through junctions, begin at their upper
 * end (the left one, when level) and are drawn from top to bottom, then from left to right. Rings begin on top and go to the left first.
 * @param {import('./thin.mjs').Bitmap} bitmap
 * @returns {Point[][]} strokes in pixels
 */
export function strokesOf(bitmap) {
  const skeleton = thin(bitmap);
  const count = (data) => data.reduce((sum, value) => sum + value, 0);
  const strokeWidth = count(bitmap.data) / Math.max(1, count(skeleton.data));
  const graph = tidyGraph(skeletonGraph(skeleton), strokeWidth);
  const dots = isolated(graph, bitmap.width);
  const lines = joinEdges(graph.edges, strokeWidth);
  const longest = Math.max(...lines.map(lengthOf));
  // beside a line, what is shorter than it is wide is a speck
  const strokes = lines.filter((points) => lengthOf(points) >= Math.min(longest, strokeWidth)).map(directed);
  return [...strokes, ...dots].sort((a, b) => early(a[0]) - early(b[0]));
}

/** Which of two points comes first: mostly the upper one. */
const early = ([x, y]) => y + x / 4;

/** Nodes without an edge, when there is nothing else: a single dot. */
function isolated({ nodes, edges }, width) {
  return edges.length > 0 ? [] : [...nodes].map((at) => [[at % width, Math.floor(at / width)]]);
}

/** Puts edges together that a pen would draw in one go. */
function joinEdges(edges, strokeWidth) {
  const partner = partners(edges, strokeWidth);
  const [strokes, drawn] = [[], new Set()];
  const draw = (edge, side) => {
    const points = [];
    for (let next = { edge, side }; next && !drawn.has(next.edge); ) {
      drawn.add(next.edge);
      points.push(...(next.side === 0 ? next.edge.points : [...next.edge.points].reverse()));
      next = partner.get(next.edge)[1 - next.side];
    }
    strokes.push(points);
  };
  for (const edge of edges)
    for (const side of [0, 1]) if (!drawn.has(edge) && !partner.get(edge)[side]) draw(edge, side);
  for (const edge of edges) if (!drawn.has(edge)) draw(edge, 0);
  return strokes;
}

/** For each end of each edge the end that continues it at its node, if any. */
function partners(edges, strokeWidth) {
  const partner = new Map(edges.map((edge) => [edge, [undefined, undefined]]));
  /** @type {Map<number, End[]>} */
  const atNode = new Map();
  for (const edge of edges)
    for (const side of [0, 1]) atNode.set(edge.ends[side], [...(atNode.get(edge.ends[side]) ?? []), { edge, side }]);
  for (const ends of atNode.values())
    for (const [a, b] of straightest(ends, strokeWidth)) {
      partner.get(a.edge)[a.side] = b;
      partner.get(b.edge)[b.side] = a;
    }
  return partner;
}

/** Pairs of ends, those that turn least first; two that are alone belong together whatever they turn. */
function straightest(ends, strokeWidth) {
  if (ends.length === 2) return [ends];
  const pairs = ends.flatMap((a, at) => ends.slice(at + 1).map((b) => ({ a, b, turn: turnOf(a, b, strokeWidth) })));
  const [used, chosen] = [new Set(), []];
  for (const { a, b, turn } of pairs.sort((one, other) => one.turn - other.turn)) {
    if (turn > SHARPEST || used.has(a) || used.has(b)) continue;
    used.add(a).add(b);
    chosen.push([a, b]);
  }
  return chosen;
}

/** How much a pen turns from one end into the other, 0 when it goes straight on. */
function turnOf(a, b, strokeWidth) {
  const [u, v] = [heading(a, strokeWidth), heading(b, strokeWidth)];
  return Math.PI - Math.abs(Math.acos(Math.max(-1, Math.min(1, u[0] * v[0] + u[1] * v[1]))));
}

/** Direction in which an edge leaves its node, looked at two stroke widths away: nearer, thinning bends it. */
function heading({ edge, side }, strokeWidth) {
  const points = side === 0 ? edge.points : [...edge.points].reverse();
  const far = points.find((point) => distance(points[0], point) >= 2 * strokeWidth) ?? points.at(-1);
  const length = distance(points[0], far) || 1;
  return [(far[0] - points[0][0]) / length, (far[1] - points[0][1]) / length];
}

function directed(points) {
  const closed = points.length > 2 && distance(points[0], points.at(-1)) < 2;
  if (!closed) return early(points[0]) <= early(points.at(-1)) ? points : [...points].reverse();
  const ring = points.slice(0, -1);
  const top = ring.reduce((best, point, at) => (point[1] < ring[best][1] ? at : best), 0);
  const turned = [...ring.slice(top), ...ring.slice(0, top), ring[top]];
  const eighth = Math.ceil(ring.length / 8);
  return turned[eighth][0] > turned.at(-1 - eighth)[0] ? turned.reverse() : turned;
}
