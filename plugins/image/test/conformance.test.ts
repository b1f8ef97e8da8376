import { conformance } from '@modalkit/conformance';
import { describe, test } from 'vitest';
import { image } from '../src/index.js';
import { noise, sharpOf } from './helpers.js';

const picture = (width: number, height: number, seed: number) =>
  sharpOf(noise(width * height, seed), width, height)
    .png()
    .toBuffer();
const samples = await Promise.all([picture(12, 8, 1), picture(24, 16, 2), picture(9, 9, 3)]);

conformance({
  runner: { describe, test },
  plugin: image({ size: [8, 12], patch: 4, channels: 1, width: 8, layers: 1, heads: 2, augment: { shift: 2 } }),
  samples,
  wrongOptions: [{ size: 0 }, { encoder: 'resnet' }],
});

if (process.env.MODALKIT_FULL === '1')
  conformance({
    runner: { describe, test },
    plugin: image({ size: [4, 8], channels: 1, encoder: 'cnn', stages: [4, 6] }),
    samples,
  });
