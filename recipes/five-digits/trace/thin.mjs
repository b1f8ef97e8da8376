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
  for (let peeled = true; peeled; ) peeled = [0, 1].map((pass) => peel(skeleton, pass)).some(Boolean);
  return skeleton;
}

/** Takes off the south-east (pass 0) or north-west (pass 1) border; false when there is nothing to take. */
function peel(skeleton, pass) {
  const gone = [];
  for (let y = 0; y < skeleton.height; y++)
    for (let x = 0; x < skeleton.width; x++) {
      const at = y * skeleton.width + x;
      if (skeleton.data[at] && isBorder(neighbours(skeleton, x, y), pass)) gone.push(at);
    }
  for (const at of gone) skeleton.data[at] = 0;
  return gone.length > 0;
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
