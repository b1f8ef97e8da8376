import { conformance } from '@modalkit/conformance';
import { describe, test } from 'vitest';
import { type ImageOptions, image } from '../src/index.js';
import { noise, sharpOf } from './pictures.js';

const picture = (width: number, height: number, seed: number) =>
  sharpOf(noise(width * height, seed), width, height)
    .png()
    .toBuffer();
const samples = await Promise.all([picture(12, 8, 1), picture(24, 16, 2), picture(9, 9, 3)]);
const options = {
  ...{ size: [8, 12], patch: 4, channels: 1, width: 8, layers: 1, heads: 2 },
  augment: { shift: 2 },
} as const satisfies ImageOptions;

conformance({
  runner: { describe, test },
  plugin: image(options),
  samples,
  wrongOptions: [{ size: 0 }, { encoder: 'resnet' }],
  worker: { module: new URL('../dist/index.js', import.meta.url), factory: 'image', options: [options] },
});

if (process.env.MODALKIT_FULL === '1')
  conformance({
    runner: { describe, test },
    plugin: image({ size: [4, 8], channels: 1, encoder: 'cnn', stages: [4, 6] }),
    samples,
  });
