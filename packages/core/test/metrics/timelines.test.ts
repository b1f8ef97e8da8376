import type { Figure, Preview, TargetSpec } from '@modalkit/contract';
import { expect, test } from 'vitest';
import { classTarget } from '../../src/heads/index.js';
import { timelines } from '../../src/metrics/index.js';
import { measure } from './evaluation.js';

const specs = { kind: classTarget(['x', 'y']) as TargetSpec };
const here = [1];
const parts = {
  // The first sample lacks b.
  rows: { a: [here, here, here, here], b: [null, here, here, here], 钟: [here, here, here, here] },
  targets: { kind: ['x', 'y', 'x', 'y'] },
  specs,
  preview: (input: string, raw: unknown): Preview | undefined =>
    input === '钟' ? undefined : { kind: 'words', text: String(raw) },
};
const shown = async (options: Parameters<typeof timelines>[0]) =>
  (await measure(timelines(options), parts)).figures as (Figure & { kind: 'timeline' })[];

test('the first whole sample of each class, its inputs in the order that was asked for', async () => {
  expect(await shown({ inputs: ['b', 'a'], target: 'kind' })).toEqual([
    {
      kind: 'timeline',
      title: 'Sample 2, kind x: b, a',
      tracks: [
        { name: 'b', preview: { kind: 'words', text: 'b2' } },
        { name: 'a', preview: { kind: 'words', text: 'a2' } },
      ],
    },
    expect.objectContaining({ title: 'Sample 1, kind y: b, a' }),
  ]);
  expect(await shown({ inputs: ['b', 'a'], target: 'kind', samples: 1 })).toHaveLength(1);
});

test('without a class any whole samples; what has no preview is left out', async () => {
  const figures = await shown({ inputs: ['b', '钟'], samples: 5 });
  expect(figures.map(({ title, tracks }) => [title, tracks.map(({ name }) => name)])).toEqual([
    ['Sample 1: b, 钟', ['b']],
    ['Sample 2: b, 钟', ['b']],
    ['Sample 3: b, 钟', ['b']],
  ]);
  expect(await shown({ inputs: ['钟'] })).toEqual([]);
});

test('it measures nothing, and needs an input', async () => {
  expect((await measure(timelines({ inputs: ['a'] }), parts)).values).toEqual({});
  expect(() => timelines({ inputs: [] })).toThrow('inputs');
});
