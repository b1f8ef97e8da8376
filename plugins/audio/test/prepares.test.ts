import { varyOptions } from '@modalkit/toolkit/testing';
import { expect, test } from 'vitest';
import type { AudioOptions } from '../src/audio-options.js';
import { adapterOf, hostContext } from './helpers.js';
import { noise } from './sounds.js';

const changes: Record<string, object> = {
  rate: { rate: 16_000 },
  fftSize: { fftSize: 320 },
  hop: { hop: 40 },
  mels: { mels: 16 },
  floor: { floor: 0 },
  stride: { stride: 8 },
  maxSeconds: { maxSeconds: 0.1 },
  standardise: { standardise: 'none' },
  chunk: { chunk: { seconds: 0.2 } },
  augment: { augment: { gain: 6 } },
  share: { share: 'other' },
  encoder: { encoder: 'cnn', stages: [8, 8] },
  blocks: { encoder: 'cnn', stages: [8, 8], blocks: 2 },
  stages: { encoder: 'cnn', stages: [8, 16] },
  patch: { encoder: 'patches', stride: undefined, patch: [4, 8] },
  rows: { encoder: 'patches', stride: undefined, patch: [4, 4] },
  width: { width: 64 },
  layers: { layers: 2 },
  heads: { heads: 2 },
  positions: { positions: 'learnable' },
};

test('prepares names the options that sounds are prepared by, and no other', async () => {
  const small = { rate: 8000, fftSize: 200, hop: 80, mels: 8, stride: 4, maxSeconds: 1 };
  const adapters = Object.entries({ base: {}, ...changes }).map(([name, change]) => {
    const { stride, ...options } = { ...small, ...change };
    return [name, adapterOf({ ...options, ...(stride && { stride }) } as AudioOptions)] as const;
  });
  const sounds = [{ samples: noise(3300, 1), rate: 8000 }];
  const contextOf = <S>(state: S) => hostContext('', state);
  const { prepares, outcomes } = await varyOptions(Object.fromEntries(adapters), sounds, contextOf);
  expect(prepares).toEqual(['rate', 'fftSize', 'hop', 'mels', 'floor', 'stride', 'maxSeconds']);
  expect(outcomes).toEqual(prepares);
  // an option that is added must be looked at here
  for (const [, { options }] of adapters)
    expect(Object.keys(changes)).toEqual(expect.arrayContaining(Object.keys(options!)));
});
