import { expect, test } from 'vitest';
import { collatePictures } from '../src/collate-pictures.js';
import { patchify, unpatchify } from '../src/patchify.js';
import { tf } from './helpers.js';

const grid = { rows: 2, columns: 3, side: 2, channels: 1 };
const collate = (...rows: (number | undefined)[]) =>
  collatePictures(
    rows.map((value) => (value === undefined ? undefined : { pixels: new Uint8Array(24).fill(value) })),
    grid,
  );

test('pixels are 0..1, valid is one a token, and the row of an absent picture is zeros', () => {
  const arrays = collate(255, undefined, 51);
  expect(arrays.pixels!.shape).toEqual([3, 4, 6, 1]);
  expect([...arrays.pixels!.data]).toEqual([
    ...Array(24).fill(1),
    ...Array(24).fill(0),
    ...Array(24).fill(Math.fround(0.2)),
  ]);
  expect([...arrays.valid.data]).toEqual([1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
  expect([...arrays.box!.data.subarray(24, 48)]).toEqual(Array(24).fill(0));
});

test('boxes are left, top, right, bottom, row by row', () => {
  const { box } = collate(0);
  const third = Math.fround(1 / 3);
  expect(box!.shape).toEqual([1, 6, 4]);
  expect([...box!.data.subarray(0, 8)]).toEqual([0, 0, third, 0.5, third, 0, Math.fround(2 / 3), 0.5]);
  expect([...box!.data.subarray(20)]).toEqual([Math.fround(2 / 3), 0.5, 1, 1]);
});

test('patchify cuts row by row, each square row by row with its channels last', () => {
  // Two channels, pixel (y, x) holds 10 * (4y + x) and that plus 1. The first square of side 2 holds (0,0), (0,1),
  // (1,0), (1,1); the second starts at (0,2), the third at (2,0).
  const pixels = tf.tensor4d(
    Array.from({ length: 32 }, (_, i) => 10 * Math.floor(i / 2) + (i % 2)),
    [1, 4, 4, 2],
  );
  const patches = patchify(tf, pixels, 2);
  expect(patches.arraySync()).toEqual([
    [
      [0, 1, 10, 11, 40, 41, 50, 51],
      [20, 21, 30, 31, 60, 61, 70, 71],
      [80, 81, 90, 91, 120, 121, 130, 131],
      [100, 101, 110, 111, 140, 141, 150, 151],
    ],
  ]);
  expect(unpatchify(tf, patches, 2, 2, 2).arraySync()).toEqual(pixels.arraySync());
});
