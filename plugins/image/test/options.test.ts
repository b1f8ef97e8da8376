import { ADAPTER, type Adapter, isPlugin, type Scope } from '@modalkit/contract';
import { expect, test } from 'vitest';
import { version } from '../package.json';
import { image } from '../src/index.js';

function adapterOf(plugin: ReturnType<typeof image>): Adapter {
  let found: unknown;
  const provide = (token: { key: symbol }, factory: () => unknown) => {
    if (token.key === ADAPTER.key) found = factory();
  };
  plugin.setup({ slot: 'inputs/front', provide } as unknown as Scope);
  return found as Adapter;
}

test('image() is a plugin that provides an adapter with resolved options', () => {
  const plugin = image({ size: 32, channels: 1, patch: 8 });
  expect(isPlugin(plugin)).toBe(true);
  expect(plugin).toMatchObject({ id: '@modalkit/image', contract: 1, version });
  const adapter = adapterOf(plugin);
  expect(adapter).toMatchObject({ id: '@modalkit/image', modality: 'image', contract: 1 });
  expect(adapter.options).toMatchObject({ size: [32, 32], fit: 'crop', encoder: 'patches', heads: 4, levels: [4] });
  expect(JSON.parse(JSON.stringify(adapter.options))).toEqual(adapter.options);
  expect(adapterOf(image()).options).toMatchObject({ size: [224, 224], patch: 16, channels: 3, maxPixels: 16777216 });
});

test('hooks that an option switches off are absent', () => {
  expect(adapterOf(image())).toHaveProperty('fitPrepared');
  expect(adapterOf(image({ standardise: 'clip' }))).not.toHaveProperty('fitPrepared');
  expect(adapterOf(image())).not.toHaveProperty('augment');
  expect(adapterOf(image({ augment: { shift: 2 } }))).toHaveProperty('augment');
  expect(adapterOf(image({ share: 'front' })).share).toBe('front');
});

test.each([
  [{ colour: true }, 'colour'],
  [{ encoder: 'resnet' }, 'encoder: must be "patches" or "cnn" (received "resnet")'],
  [{ encoder: 'cnn', patch: 8 }, 'patch'],
  [{ encoder: 'cnn', heads: 8 }, 'heads'],
  [{ size: 30 }, 'size: 30 x 30 must be a multiple of the 16 pixels a token stands for'],
  [{ size: [32, 'wide'] }, 'size: must be a number of pixels or [height, width]'],
  [{ encoder: 'cnn', size: 36, stages: [8, 16, 16] }, 'multiple of the 8 pixels'],
  [{ channels: 2 }, 'channels: must be 1 (grey) or 3 (RGB) (received 2)'],
  [{ channels: 1, standardise: 'imagenet' }, 'standardise: has three channels'],
  [{ width: 10, heads: 4 }, 'width: must be a multiple of heads, 4 (received 10)'],
  [{ width: 6, heads: 3, positions: 'sincos' }, 'positions: "sincos" needs a width that is a multiple of 4, not 6'],
  [{ layers: 3, levels: [2, 1, 3] }, 'levels: must rise and end with the number of layers, 3; got 2, 1, 3'],
  [{ encoder: 'cnn', size: 32, stages: [8, 8], levels: [1] }, 'must rise and end with the number of stages, 2'],
  [{ augment: { shear: 1 } }, 'augment'],
  [{ augment: { rotate: 200 } }, 'augment.rotate'],
  [{ maxPixels: 0 }, 'maxPixels'],
])('refuses %j by name', (options, message) => {
  expect(() => image(options as never)).toThrow(message);
  expect(() => image(options as never)).toThrow('@modalkit/image: ');
});

test('checks raw samples by its schema and names their files', () => {
  const { sample, files } = adapterOf(image());
  const refused = (value: unknown) => 'issues' in (sample['~standard'].validate(value) as object);
  expect([refused('图/七.png'), refused(new Uint8Array(2)), refused(''), refused(7), refused({})]).toEqual([
    false,
    false,
    true,
    true,
    true,
  ]);
  expect([files!('图/七.png'), files!(new Uint8Array(2))]).toEqual([['图/七.png'], []]);
});
