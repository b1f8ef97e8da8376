import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { varyOptions } from '@modalkit/toolkit/testing';
import { expect, test } from 'vitest';
import type { ImageOptions } from '../src/image-options.js';
import { adapterOf, hostContext } from './helpers.js';
import { noise, sharpOf } from './pictures.js';

const changes: Record<string, object> = {
  size: { size: [8, 16] },
  fit: { fit: 'stretch' },
  channels: { channels: 1 },
  maxPixels: { maxPixels: 100 },
  positions: { positions: 'sincos' },
  positionGrid: { positionGrid: [4, 4] },
  augment: { augment: { shift: 2 } },
  standardise: { standardise: 'clip' },
  share: { share: 'back' },
  encoder: { encoder: 'cnn', stages: [8, 8] },
  patch: { patch: 8 },
  width: { width: 64 },
  layers: { layers: 2 },
  heads: { heads: 2 },
  levels: { levels: [2, 4] },
  stages: { encoder: 'cnn', stages: [16, 8] },
  blocks: { encoder: 'cnn', stages: [8, 8], blocks: 2 },
};

test('prepares names the options that pictures are prepared by, and no other', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'modalkit-image-'));
  const adapters = Object.entries({ base: {}, ...changes }).map(
    ([name, change]) =>
      [name, adapterOf({ size: 16, ...(!('encoder' in change) && { patch: 4 }), ...change } as ImageOptions)] as const,
  );
  const pictures = [await sharpOf(noise(600, 1), 20, 10, 3).png().toBuffer()];
  const contextOf = <S>(state: S) => hostContext(folder, state);
  const { prepares, outcomes } = await varyOptions(Object.fromEntries(adapters), pictures, contextOf);
  expect(prepares).toEqual(['size', 'fit', 'channels', 'maxPixels']);
  expect(outcomes).toEqual(prepares);
  // an option that is added must be looked at here
  for (const [, { options }] of adapters)
    expect(Object.keys(changes)).toEqual(expect.arrayContaining(Object.keys(options!)));
});
