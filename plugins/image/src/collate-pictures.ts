import type { HostArrays } from '@modalkit/contract';
import type { PreparedImage } from './image-adapter.js';
import type { Grid } from './picture-encoder.js';

/** `pixels [B,H,W,C]` in 0..1, `valid [B,T]` and `box [B,T,4]`; the row of an absent picture is zeros. */
export function collatePictures(prepared: readonly (PreparedImage | undefined)[], grid: Grid): HostArrays {
  const { rows, columns, side, channels } = grid;
  const [batch, tokens] = [prepared.length, rows * columns];
  const shape = [batch, rows * side, columns * side, channels];
  const pixels = new Float32Array(shape.reduce((product, extent) => product * extent));
  const valid = new Uint8Array(batch * tokens);
  const box = new Float32Array(batch * tokens * 4);
  const boxes = gridBoxes(rows, columns);
  prepared.forEach((picture, row) => {
    if (!picture) return;
    const start = (row * pixels.length) / batch;
    for (let index = 0; index < picture.pixels.length; index++) pixels[start + index] = picture.pixels[index]! / 255;
    valid.fill(1, row * tokens, (row + 1) * tokens);
    box.set(boxes, row * tokens * 4);
  });
  return {
    pixels: { dtype: 'float32', shape, data: pixels },
    valid: { dtype: 'bool', shape: [batch, tokens], data: valid },
    box: { dtype: 'float32', shape: [batch, tokens, 4], data: box },
  };
}

/** Left, top, right and bottom of each square in 0..1 of the prepared picture, row by row. */
function gridBoxes(rows: number, columns: number): Float32Array {
  const boxes = new Float32Array(rows * columns * 4);
  for (let token = 0; token < rows * columns; token++) {
    const [y, x] = [Math.floor(token / columns), token % columns];
    boxes.set([x / columns, y / rows, (x + 1) / columns, (y + 1) / rows], token * 4);
  }
  return boxes;
}
