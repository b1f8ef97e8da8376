import { ADAPTER, type Adapter, isPlugin, type Scope } from '@modalkit/contract';
import { expect, test } from 'vitest';
import { version } from '../package.json';
import { type AudioOptions, parseAudioOptions } from '../src/audio-options.js';
import { audio } from '../src/index.js';
import { tokenRate } from '../src/token-grid.js';

function adapterOf(plugin: ReturnType<typeof audio>): Adapter {
  let found: unknown;
  const provide = (token: { key: symbol }, factory: () => unknown) => {
    if (token.key === ADAPTER.key) found = factory();
  };
  plugin.setup({ slot: 'inputs/voice', provide } as unknown as Scope);
  return found as Adapter;
}

test('audio() is a plugin that provides an adapter with resolved options', () => {
  const plugin = audio({ rate: 8000, mels: 24 });
  expect(isPlugin(plugin)).toBe(true);
  expect(plugin).toMatchObject({ id: '@modalkit/audio', contract: 1, version });
  const adapter = adapterOf(plugin);
  expect(adapter).toMatchObject({ id: '@modalkit/audio', modality: 'audio', contract: 1 });
  expect(adapter.options).toMatchObject({ encoder: 'whisper', fftSize: 200, hop: 80, stride: 4, layers: 4, rows: 1 });
  expect(JSON.parse(JSON.stringify(adapter.options))).toEqual(adapter.options);
  expect(adapterOf(audio()).options).toMatchObject({ rate: 16_000, fftSize: 400, hop: 160, mels: 80, maxSeconds: 30 });
  // 25 ms of 22050 Hz are 551 samples; 552 = 2 * 276 = 2 * 4 * 3 * 23, and so on up to 560 = 2 * 280 = 2 * 8 * 5 * 7.
  expect(adapterOf(audio({ rate: 22_050, mels: 64 })).options).toMatchObject({ fftSize: 560, hop: 221 });
});

test('hooks that an option switches off are absent', () => {
  expect(adapterOf(audio())).toHaveProperty('fitPrepared');
  expect(adapterOf(audio({ standardise: 'whisper' }))).not.toHaveProperty('fitPrepared');
  expect(adapterOf(audio())).not.toHaveProperty('augment');
  expect(adapterOf(audio({ augment: { gain: 2 } }))).toHaveProperty('augment');
  expect(adapterOf(audio({ share: 'voice' })).share).toBe('voice');
});

test.each([
  [{}, 25], // 16000 / (160 * 4)
  [{ stride: 2 }, 50], // Whisper's own
  [{ encoder: 'cnn' }, 12.5], // three stages: 8 frames
  [{ encoder: 'cnn', stride: 4 }, 25],
  [{ encoder: 'patches' }, 31.25], // 100 frames / 16 * (80 / 16)
] as [AudioOptions, number][])('%j makes %d tokens a second', (options, rate) => {
  expect(tokenRate(parseAudioOptions(options))).toBeCloseTo(rate, 9);
});

test.each([
  [{ colour: true }, 'colour'],
  [{ encoder: 'lstm' }, 'encoder: must be "whisper", "cnn" or "patches" (received "lstm")'],
  [{ encoder: 'cnn', heads: 2 }, 'heads'],
  [{ patch: [4, 4] }, 'patch'],
  [{ stride: 3 }, 'stride: must be even'],
  [{ encoder: 'cnn', stride: 3 }, 'stride: must be a power of two up to the 8 of 3 stages (received 3)'],
  [{ encoder: 'cnn', stages: [8], stride: 4 }, 'up to the 2 of 1 stages'],
  [{ encoder: 'patches', patch: [16, 7] }, 'patch: 7 mels must divide the 80 of a frame'],
  [{ encoder: 'patches', patch: 16 }, 'patch: must be [frames, mels]'],
  [{ fftSize: 401 }, 'fftSize: must be even and half of it a product of 2, 3, 5 and 7; 420 is the next'],
  [{ fftSize: 22 }, 'fftSize'],
  [{ hop: 300 }, 'hop: must be at most half a window, 200 (received 300)'],
  [{ rate: 8000, mels: 200 }, 'mels: must be at most'],
  [{ width: 10, heads: 4 }, 'width: must be a multiple of heads, 4 (received 10)'],
  [{ floor: 'whisper' }, 'floor: must be "clip" or a number'],
  [{ chunk: { seconds: 1.01 } }, 'chunk.seconds: must be a multiple of the 0.04 s of a token (received 1.01)'],
  [{ chunk: { seconds: 1, overlap: 0.12 } }, 'chunk.overlap: must be a multiple of 0.08 s'],
  [{ chunk: { seconds: 1, overlap: 1.04 } }, 'chunk.overlap: must be less than chunk.seconds'],
  [{ augment: { speed: 2 } }, 'augment'],
  [{ augment: { tract: 0.9 } }, 'augment.tract'],
  [{ maxSeconds: 0 }, 'maxSeconds'],
])('refuses %j by name', (options, message) => {
  expect(() => audio(options as never)).toThrow(message);
  expect(() => audio(options as never)).toThrow('@modalkit/audio: ');
});

test('checks raw samples by its schema and names their files', () => {
  const { sample, files } = adapterOf(audio());
  const fine = (value: unknown) => !('issues' in (sample['~standard'].validate(value) as object));
  for (const value of ['声/七.wav', { file: 'a.mp4', start: 1, end: 2 }, { samples: [0], rate: 8000 }])
    expect([value, fine(value)]).toEqual([value, true]);
  expect(fine({ samples: new Float32Array(2), rate: 8000 })).toBe(true);
  for (const value of [
    '',
    7,
    {},
    { file: 'a', start: 2, end: 1 },
    { file: 'a', from: 1 },
    { samples: 'x', rate: 8000 },
  ])
    expect([value, fine(value)]).toEqual([value, false]);
  expect(fine({ samples: [0] })).toBe(false);
  expect([files!('声.wav'), files!({ file: 'a.mp4', start: 1 }), files!({ samples: [0], rate: 8000 })]).toEqual([
    ['声.wav'],
    ['a.mp4'],
    [],
  ]);
});
