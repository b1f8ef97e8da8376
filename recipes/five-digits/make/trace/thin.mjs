/**
 * @typedef {{ width: number, height: number, data: Uint8Array }} Bitmap one byte a pixel, row-major: 1 is ink, 0 is paper
 */

/** Steps to the neighbours of a pixel, clockwise from the one above. */
const AROUND = [
  [0, -1],
  [1, -1],
  [1, 0],
  [1, 1],
  [0, 1],
  [-1, 1],
  [-1, 0],
  [-1, -1],
];

/**
 * The skeleton of the ink, one pixel wide (Zhang and Suen 1984, A fast parallel algorithm for thinning digital patterns).
 * @param {Bitmap} bitmap
 * @returns {Bitmap}
 */
export function thin({ width, height, data }) {
  const skeleton = { width, height, data: Uint8Array.from(data) };
  let ink = [...data.keys()].filter((at) => data[at]);
  for (let before = -1; ink.length !== before; ) {
    before = ink.length;
    for (const pass of [0, 1]) ink = peel(skeleton, ink, pass);
  }
  return skeleton;
}

/** Takes off the south-east (pass 0) or north-west (pass 1) border; the ink that is left. */
function peel(skeleton, ink, pass) {
  const { width, data } = skeleton;
  const gone = new Set(ink.filter((at) => isBorder(neighbours(skeleton, at % width, Math.floor(at / width)), pass)));
  for (const at of gone) data[at] = 0;
  return ink.filter((at) => !gone.has(at));
}

/** The eight neighbours as 0 and 1, clockwise from the one above; there is no ink beyond the edge. */
function neighbours({ width, height, data }, x, y) {
  return AROUND.map(([dx, dy]) => {
    const [column, row] = [x + dx, y + dy];
    return column >= 0 && row >= 0 && column < width && row < height ? data[row * width + column] : 0;
  });
}

function isBorder(around, pass) {
  const inked = around.reduce((sum, value) => sum + value, 0);
  if (inked < 2 || inked > 6) return false;
  const entries = around.filter((value, at) => value === 0 && around[(at + 1) % 8] === 1).length;
  if (entries !== 1) return false;
  const [north, , east, , south, , west] = around;
  return pass === 0
    ? north * east * south === 0 && east * south * west === 0
    : north * east * west === 0 && north * south * west === 0;
}
