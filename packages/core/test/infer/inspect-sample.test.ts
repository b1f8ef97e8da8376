import { ADAPTER, CONTRACT, definePlugin } from '@modalkit/contract';
import { expect, it } from 'vitest';
import { locate } from '../../src/heads/index.js';
import { inspectUntrained } from '../../src/infer/inspect-sample.js';
import { grounding } from '../../src/objectives/index.js';
import { series, seriesAdapter } from '../fixtures/series-plugin.js';
import { memory, plain, project } from '../fixtures/test-project.js';
import { tf } from '../fusion/tf.js';

/** A series whose numbers stand side by side, each in a quarter of the picture's width. */
const boxed = definePlugin(() => ({
  id: 'test-boxed',
  contract: CONTRACT,
  setup: (scope) => scope.provide(ADAPTER, boxedAdapter),
}));

function boxedAdapter(): ReturnType<typeof seriesAdapter> {
  const adapter = seriesAdapter({ id: 'test-boxed' });
  const encode: typeof adapter.encode = (layout, mask, context) => {
    const [rows, tokens] = layout.valid!.shape as [number, number];
    const strips = Array.from({ length: tokens }, (_, at) => [at / 4, 0, (at + 1) / 4, 1]);
    const box = tf.tile(tf.tensor3d([strips]), [rows, 1, 1]);
    return { ...adapter.encode(layout, mask, context), position: { box } };
  };
  return { ...adapter, encode };
}

const sample = (id: string, inputs: Record<string, unknown>) => ({
  ...{ id, split: 'train', inputs },
  targets: { place: [0, 0, 0.5, 1] },
});
const samples = [
  sample('whole', { shown: [1, 2, 3, 4], said: [1] }),
  sample('cut', { shown: [1, -2, 3], said: [2] }),
  sample('silent', { shown: [1, 2, 3, 4] }),
];

it('shows where a phrase looks: a share of each region, together 1, and nowhere without a phrase', async () => {
  const runtime = project({
    inputs: { shown: boxed(), said: series() },
    heads: { place: locate({ regions: 'shown', phrase: 'said' }) },
    objectives: { place: grounding({ head: 'place' }) },
    data: { source: memory(samples), workers: 0, cache: false },
  });
  const looksAt = async (id: string) => (await inspectUntrained({ runtime, backend: plain }, { id })).looks.place!;
  for (const id of ['whole', 'cut']) {
    const { attention, regions, point, box } = await looksAt(id);
    expect(regions.slice(0, 2)).toEqual([
      [0, 0, 0.25, 1],
      [0.25, 0, 0.5, 1],
    ]);
    expect(attention).toHaveLength(regions.length);
    expect(regions.length).toBeGreaterThanOrEqual(id === 'whole' ? 4 : 3);
    expect(attention.every((share) => share >= 0)).toBe(true);
    expect(attention.reduce((sum, share) => sum + share)).toBeCloseTo(1, 6);
    const [left, , right] = regions[attention.indexOf(Math.max(...attention))]!;
    expect(point).toEqual([(left! + right!) / 2, 0.5]);
    expect(box.every((edge) => edge >= 0 && edge <= 1)).toBe(true);
    if (id === 'cut') expect(attention.slice(3).every((share) => share === 0)).toBe(true);
  }
  const { attention } = await looksAt('silent');
  expect(attention.every((share) => share === 0)).toBe(true);
});
