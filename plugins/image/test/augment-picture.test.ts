import { hostRandom } from '@modalkit/toolkit';
import { expect, test } from 'vitest';
import { augmentPicture } from '../src/augment-picture.js';
import { type ImageOptions, parseImageOptions } from '../src/image-options.js';
import { noise } from './pictures.js';

type Augment = NonNullable<ImageOptions['augment']>;
const [height, width] = [6, 8];

function augmented(pixels: Uint8Array, augment: Augment, draw: (purpose: string) => number, channels: 1 | 3 = 1) {
  const options = parseImageOptions({ size: [height, width], patch: 2, channels, augment });
  return augmentPicture(pixels, options, { uniform: draw });
}

const middle = () => 0.5;
const picture = noise(height * width, 1);
const at = (pixels: Uint8Array, x: number, y: number) => pixels[y * width + x];

test('is a function of its key and changes nothing it was given', () => {
  const original = picture.slice();
  const all: Augment = { shift: 2, rotate: 10, scale: 0.1, crop: 0.8, flip: true, brightness: 0.2 };
  const keyed = (seed: number) => augmented(picture, all, hostRandom(seed, 5, 'a').uniform);
  expect(keyed(1)).toEqual(keyed(1));
  expect(keyed(1)).not.toEqual(keyed(2));
  expect(picture).toEqual(original);
  expect(keyed(1)).toHaveLength(picture.length);
});

test('draws in the middle of every range change nothing', () => {
  expect(augmented(picture, { shift: 2, rotate: 10, scale: 0.1, brightness: 0.2 }, middle)).toEqual(picture);
  expect(augmented(picture, {}, () => 0.9)).toEqual(picture);
});

test('shift: u = 1 moves right and down by the most; the edge repeats', () => {
  // (2u - 1) * 1 with u = 1 - 2^-24 is 1 pixel to within 1e-7.
  const moved = augmented(picture, { shift: 1 }, () => 1 - 2 ** -24);
  expect([at(moved, 1, 1), at(moved, 7, 5), at(moved, 0, 0)]).toEqual([
    at(picture, 0, 0),
    at(picture, 6, 4),
    at(picture, 0, 0),
  ]);
});

test('shift by half a pixel is the mean of two neighbours', () => {
  // u = 0.75 shifts by (1.5 - 1) * 1 = 0.5 along x; y draws 0.5 and stays.
  const pixels = new Uint8Array(height * width).map((_, index) => (index % width) * 20);
  const moved = augmented(pixels, { shift: 1 }, (purpose) => (purpose.endsWith('x') ? 0.75 : 0.5));
  expect([...moved.subarray(0, width)]).toEqual([0, 10, 30, 50, 70, 90, 110, 130]);
});

test('flip mirrors left to right below 0.5 and not above', () => {
  const flipped = augmented(picture, { flip: true }, () => 0.4);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) expect(at(flipped, x, y)).toBe(at(picture, width - 1 - x, y));
  expect(augmented(picture, { flip: true }, () => 0.6)).toEqual(picture);
});

test('rotate: a quarter turn to the right brings what was above to the right', () => {
  // rotate 180 with u = 0.75 is +90 degrees. About the middle (3.5, 2.5): the pixel one to the right of it at
  // (4.5, 2.5) comes from (3.5, 1.5), one above. Two bright rows above the middle become bright columns right of it.
  const pixels = new Uint8Array(height * width).map((_, index) => (index < 3 * width ? 200 : 0));
  const turned = augmented(pixels, { rotate: 180 }, (purpose) => (purpose === 'rotate' ? 0.75 : 0.5));
  for (let y = 0; y < height; y++)
    expect([at(turned, 2, y), at(turned, 3, y), at(turned, 4, y), at(turned, 5, y)]).toEqual([0, 0, 200, 200]);
});

test('scale 1.5 and crop to two thirds both enlarge about the middle', () => {
  const pixels = new Uint8Array(height * width).map((_, index) => (index % width) * 30);
  // Output x = 5 is 1.5 right of 3.5; its source is 1.5 / 1.5 = 1 right: 4.5 -> 135.
  expect(
    at(
      augmented(pixels, { scale: 0.5 }, () => 1 - 2 ** -24),
      5,
      2,
    ),
  ).toBe(135);
  const crop = augmented(pixels, { crop: 1 / 3 }, middle);
  expect(at(crop, 5, 2)).toBe(135); // window 1 - 0.5 * (2/3) = 2/3
});

test('crop windows stay inside the picture', () => {
  // Window of half the side pushed to the right: centre 3.5 + 8 / 4 = 5.5, so x = 0 reads 5.5 - 3.5 / 2 = 3.75
  // and x = 7 reads 5.5 + 1.75 = 7.25, the edge.
  const pixels = new Uint8Array(height * width).map((_, index) => (index % width) * 20);
  const right = augmented(pixels, { crop: 0.5 }, () => 1 - 2 ** -24);
  expect([at(right, 0, 0), at(right, 7, 0)]).toEqual([75, 140]);
});

test('brightness multiplies and stops at 255; channels move together', () => {
  const pixels = new Uint8Array(height * width * 3).map((_, index) => [100, 150, 250][index % 3]!);
  expect([...augmented(pixels, { brightness: 0.5 }, () => 1 - 2 ** -24, 3).subarray(0, 6)]).toEqual([
    150, 225, 255, 150, 225, 255,
  ]);
});
