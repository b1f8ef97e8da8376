import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { varyOptions } from '@modalkit/toolkit/testing';
import { expect, test } from 'vitest';
import type { VideoOptions } from '../src/video-options.js';
import { greyFilm } from './film.js';
import { adapterOf, hostContext } from './helpers.js';

const changes: Record<string, VideoOptions> = {
  size: { size: [8, 16] },
  fit: { fit: 'stretch' },
  channels: { channels: 3 },
  policy: { policy: 'uniform', fps: undefined },
  fps: { fps: 4 },
  maxFrames: { maxFrames: 2 },
  threshold: { policy: 'scene', fps: undefined, threshold: 0.01 },
  window: { window: 0.2 },
  maxPixels: { maxPixels: 100 },
  model: {
    ...{ encoder: 'tubelets', tubelet: 3, patch: 8, width: 64, layers: 2, heads: 2 },
    ...{ augment: { shift: 2 }, share: 'other' },
  },
  cnn: { encoder: 'cnn', patch: undefined, stages: [8, 8] },
};

test('prepares names the options that clips are prepared by, and no other', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'modalkit-影-'));
  // frame n is white from a diagonal on; at 10 a second 7 fps and a window's own choice differ
  await greyFilm(join(folder, '影.mp4'), '48x32', 10, 6, 'if(gt(Y+X,4*N),255,10*N)');
  const small = { size: 16, patch: 4, channels: 1, policy: 'fps', fps: 7, maxFrames: 8 };
  const adapters = Object.entries({ base: {}, ...changes }).map(
    ([name, change]) => [name, adapterOf({ ...small, ...change } as VideoOptions)] as const,
  );
  const contextOf = <S>(state: S) => hostContext(folder, state);
  const { prepares, outcomes } = await varyOptions(Object.fromEntries(adapters), ['影.mp4'], contextOf);
  expect(prepares).toEqual([
    'size',
    'fit',
    'channels',
    'policy',
    'fps',
    'maxFrames',
    'threshold',
    'window',
    'maxPixels',
  ]);
  expect(outcomes).toEqual(prepares);
  // an option that is added must be looked at here
  for (const [, { options }] of adapters)
    expect(Object.values(changes).flatMap(Object.keys)).toEqual(expect.arrayContaining(Object.keys(options!)));
});
