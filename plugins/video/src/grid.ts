import type { ParsedVideoOptions } from './video-options.js';

/** The patches laid over a frame. */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
  /** Tokens of one step in time: rows * columns. */
  readonly places: number;
  /** Values under one token: tubelet * patch * patch * channels. */
  readonly values: number;
}

/** The grid of an adapter's options. */
export function gridOf({ size, patch, tubelet, channels }: ParsedVideoOptions): Grid {
  const [rows, columns] = [size[0] / patch, size[1] / patch];
  return { rows, columns, places: rows * columns, values: tubelet * patch * patch * channels };
}

/** Left, top, right and bottom of each place in 0..1 of the frame, row by row: `[places, 4]`. */
export function gridBoxes({ rows, columns, places }: Grid): Float32Array {
  const boxes = new Float32Array(places * 4);
  for (let place = 0; place < places; place++) {
    const [y, x] = [Math.floor(place / columns), place % columns];
    boxes.set([x / columns, y / rows, (x + 1) / columns, (y + 1) / rows], place * 4);
  }
  return boxes;
}
