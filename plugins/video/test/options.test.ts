import { ADAPTER, type Adapter, isPlugin, type Scope } from '@modalkit/contract';
import { expect, test } from 'vitest';
import { version } from '../package.json';
import { video } from '../src/index.js';

function adapterOf(plugin: ReturnType<typeof video>): Adapter {
  let found: unknown;
  const provide = (token: { key: symbol }, factory: () => unknown) => {
    if (token.key === ADAPTER.key) found = factory();
  };
  plugin.setup({ slot: 'inputs/clip', provide } as unknown as Scope);
  return found as Adapter;
}

test('video() is a plugin that provides an adapter with resolved options', () => {
  const plugin = video({ size: 32, channels: 1, patch: 8 });
  expect(isPlugin(plugin)).toBe(true);
  expect(plugin).toMatchObject({ id: '@modalkit/video', contract: 1, version });
  const adapter = adapterOf(plugin);
  expect(adapter).toMatchObject({ id: '@modalkit/video', modality: 'video', contract: 1 });
  expect(adapter.options).toMatchObject({
    size: [32, 32],
    policy: 'uniform',
    maxFrames: 8,
    encoder: 'frames',
    tubelet: 1,
  });
  expect(JSON.parse(JSON.stringify(adapter.options))).toEqual(adapter.options);
  expect(adapterOf(video({ encoder: 'tubelets' })).options).toMatchObject({ tubelet: 2, maxPixels: 16777216 });
  expect(adapterOf(video({ share: 'clip' })).share).toBe('clip');
});

test('it streams only with windows, and says what it needs otherwise', () => {
  const live = adapterOf(video({ policy: 'fps', fps: 3, window: 2 }));
  expect([adapterOf(video()).supports.streaming, live.supports.streaming]).toEqual([false, true]);
  expect(() => adapterOf(video()).stream!({ input: 'clip' } as never)).toThrow(
    'Input "clip": @modalkit/video has no windows for live input; set policy "fps", fps and window (seconds).',
  );
});

test.each([
  [{ colour: true }, 'colour'],
  [{ encoder: 'rnn' }, 'encoder'],
  [{ stages: [8] }, 'stages: belongs to encoder "cnn"'],
  [{ encoder: 'cnn', patch: 8 }, 'patch: belongs to the other encoders'],
  [{ encoder: 'cnn', size: 36, stages: [8, 8, 8] }, 'size: 36 x 36 must be a multiple of 2^stages, 8'],
  [{ tubelet: 4 }, 'tubelet: belongs to encoder "tubelets"'],
  [{ size: 30 }, 'size: 30 x 30 must be a multiple of patch, 16'],
  [{ size: [32, 'wide'] }, 'size: must be a number of pixels or [height, width]'],
  [{ channels: 2 }, 'channels: must be 1 (grey) or 3 (RGB) (received 2)'],
  [{ width: 10, heads: 4 }, 'width: must be a multiple of heads, 4 (received 10)'],
  [{ width: 9, heads: 3 }, 'width: must be even'],
  [{ policy: 'random' }, 'policy'],
  [{ policy: 'fps' }, 'fps: must be given with policy "fps"'],
  [{ fps: 4 }, 'fps: belongs to policy "fps", not to "uniform" (received 4)'],
  [{ policy: 'keyframes', threshold: 0.2 }, 'threshold: belongs to policy "scene", not to "keyframes"'],
  [{ policy: 'scene', threshold: 2 }, 'threshold'],
  [{ window: 1 }, 'window: needs policy "fps", whose frames do not depend on the whole clip as "uniform" does'],
  [{ policy: 'fps', fps: 4, window: 2 }, 'window: of 2 s at 4 frames a second may hold more than maxFrames, 8'],
  [{ maxFrames: 0 }, 'maxFrames'],
  [{ maxPixels: 0 }, 'maxPixels'],
])('refuses %j by name', (options, message) => {
  expect(() => video(options as never)).toThrow(message);
  expect(() => video(options as never)).toThrow('@modalkit/video: ');
});

test('checks raw samples by its schema and names their files', () => {
  const { sample, files } = adapterOf(video());
  const refused = (value: unknown) => 'issues' in (sample['~standard'].validate(value) as object);
  const good = ['片/七.mp4', { file: 'a.mp4' }, { file: 'a.mp4', start: 0, end: 2 }, { file: 'a.mp4', end: 1 }];
  const bad = ['', 7, {}, { file: 'a.mp4', from: 1 }, { file: 'a.mp4', start: 2, end: 2 }, { file: 'a', start: -1 }];
  expect([good.map(refused), bad.map(refused)]).toEqual([good.map(() => false), bad.map(() => true)]);
  expect([files!('片/七.mp4'), files!({ file: 'a.mp4', start: 1 })]).toEqual([['片/七.mp4'], ['a.mp4']]);
});
