/**
 * @typedef {readonly [x: number, y: number]} Point in pixels
 * @typedef {{ nodes: Set<number>, edges: Edge[] }} Graph nodes are numbered by their pixel, `y * width + x`
 * @typedef {{ ends: [number, number], points: Point[] }} Edge from the first end to the second, both included
 */

/**
 * The skeleton as a graph: nodes are ends and junctions, edges the lines between them. A ring's only node is its topmost pixel.
 * @param {import('./thin.mjs').Bitmap} skeleton
 * @returns {Graph}
 */
export function skeletonGraph(skeleton) {
  const links = linksOf(skeleton);
  const nodes = new Set([...links.keys()].filter((at) => links.get(at).length !== 2));
  const walked = new Set();
  const edges = [...nodes].flatMap((from) => edgesFrom(from, links, nodes, walked, skeleton.width));
  for (const [at, around] of links) {
    // row by row from above: the first pixel of a ring that no edge has passed
    if (nodes.has(at) || around.some((next) => walked.has(step(at, next)))) continue;
    nodes.add(at);
    edges.push(...edgesFrom(at, links, nodes, walked, skeleton.width));
  }
  return { nodes, edges };
}

/**
 * Each pixel's neighbours. Two that touch at a corner count as neighbours only when no pixel joins them by its sides:
 * then a staircase is a line and not a row of junctions (m-adjacency, Rosenfeld 1970).
 */
function linksOf({ width, height, data }) {
  const ink = (x, y) => x >= 0 && y >= 0 && x < width && y < height && data[y * width + x] === 1;
  const links = new Map();
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (!ink(x, y)) continue;
      const around = [];
      for (let dy = -1; dy <= 1; dy++)
        for (let dx = -1; dx <= 1; dx++) {
          const joined = dx !== 0 && dy !== 0 && (ink(x + dx, y) || ink(x, y + dy));
          if ((dx !== 0 || dy !== 0) && ink(x + dx, y + dy) && !joined) around.push((y + dy) * width + x + dx);
        }
      links.set(y * width + x, around);
    }
  return links;
}

const step = (from, to) => `${from}>${to}`;

/** The edges that leave a node and were not walked from their other end. */
function edgesFrom(from, links, nodes, walked, width) {
  const edges = [];
  for (const first of links.get(from)) {
    if (walked.has(step(from, first))) continue;
    const path = [from, first];
    while (!nodes.has(path.at(-1))) {
      const before = path.at(-2);
      path.push(links.get(path.at(-1)).find((next) => next !== before));
    }
    path.forEach((at, index) => {
      if (index === 0) return;
      walked.add(step(path[index - 1], at));
      walked.add(step(at, path[index - 1]));
    });
    edges.push({ ends: [from, path.at(-1)], points: path.map((at) => [at % width, Math.floor(at / width)]) });
  }
  return edges;
}
