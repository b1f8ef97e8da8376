/** Pixels a side at which pictures are traced: three times their own, so that strokes are thick enough to be thinned evenly. */
const SIDE = 84;
/** Grey values from here on are ink. */
const INK = 96;

/**
 * A picture as ink and paper.
 * @param {Uint8Array | string} picture PNG bytes or a file of them, white on black
 * @returns {Promise<import('./thin.mjs').Bitmap>}
 */
export async function readBitmap(picture) {
  const { default: sharp } = await import('sharp');
  const grey = await sharp(picture)
    .resize(SIDE, SIDE, { kernel: 'cubic' })
    .toColourspace('b-w')
    .extractChannel(0)
    .raw()
    .toBuffer();
  return { width: SIDE, height: SIDE, data: Uint8Array.from(grey, (value) => (value >= INK ? 1 : 0)) };
}
