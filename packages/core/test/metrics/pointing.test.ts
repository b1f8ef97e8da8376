import { expect, test } from 'vitest';
import { boxTarget } from '../../src/heads/index.js';
import { pointing } from '../../src/metrics/index.js';
import { labelTarget } from '../../src/objectives/index.js';
import { measure, numbers } from './evaluation.js';

/** Left and right half of the picture. */
const [LEFT, RIGHT] = [
  [0, 0, 0.5, 1],
  [0.5, 0, 1, 1],
] as const;
// The first is found, the second is pointed into but its box is half of the right one, the third is missed, the fourth was not seen,
// of the fifth nobody knows where it is.
const parts = {
  rows: { scene: [[1], [1], [1], null, [1]], phrase: [[1], [1], [1], [1], [1]] },
  targets: { place: [LEFT, LEFT, RIGHT, LEFT, undefined], order: ['a', 'b', 'b', 'a', 'b'] },
  specs: { place: boxTarget() as never, order: labelTarget() as never },
  outputs: {
    'place/point': [
      [0.25, 0.5],
      [0.25, 0.5],
      [0.25, 0.5],
      [0.25, 0.5],
      [0.25, 0.5],
    ],
    'place/box': [LEFT, [0, 0, 0.5, 0.5], LEFT, LEFT, LEFT].map((box) => [...box]),
    'place/valid': [
      [1, 1],
      [1, 0],
      [1, 1],
      [0, 0],
      [1, 1],
    ],
    'place/attention': [
      [0.9, 0.1],
      [1, 0],
      [0.6, 0.4],
      [0, 0],
      [1, 0],
    ],
    // The second has one region alone: the rest of its row is padding.
    'place/regionBoxes': [
      [...LEFT, ...RIGHT],
      [...LEFT, 0, 0, 0, 0],
      [...LEFT, ...RIGHT],
      [...LEFT, ...RIGHT],
      [...LEFT, ...RIGHT],
    ],
  },
  preview: (input: string, raw: unknown) =>
    input === 'scene'
      ? ({ kind: 'picture', mime: 'image/png', base64: '', width: 1, height: 1 } as const)
      : ({ kind: 'words', text: String(raw) } as const),
};

test('shares that are pointed into and found, the mean overlap, and each group apart', async () => {
  const { values, bySample, figures } = await measure(pointing({ head: 'place', by: ['order'] }), parts);
  expect(numbers(values)).toEqual({
    'pointing/place': 2 / 3,
    'pointing/place/a': 1,
    'pointing/place/b': 1 / 2,
    'iou/place': 0.5, // 1, 1/2, 0
    'found/place': 2 / 3,
  });
  expect(bySample).toEqual({
    'pointing/place': [1, 1, 0, Number.NaN, Number.NaN],
    'iou/place': [1, 0.5, 0, Number.NaN, Number.NaN],
  });
  expect(figures).toEqual([]);
});

test('a point on the right edge of a box is outside', async () => {
  const point = parts.outputs['place/point'].map(() => [0.5, 0.5]);
  const { bySample } = await measure(pointing({ head: 'place' }), {
    ...parts,
    outputs: { ...parts.outputs, 'place/point': point },
  });
  expect(bySample!['pointing/place']).toEqual([0, 0, 1, Number.NaN, Number.NaN]);
});

test('shows where the phrase looks, with the right box and the predicted one', async () => {
  const { figures } = await measure(pointing({ head: 'place', show: ['scene', 'phrase'] }), parts);
  expect(figures).toMatchObject([{ kind: 'gallery', rows: [{}, {}, {}] }]);
  const [, second] = (figures[0] as Extract<(typeof figures)[0], { kind: 'gallery' }>).rows;
  expect(second).toMatchObject({
    query: { kind: 'words', text: 'phrase1' },
    results: [{ score: 0.5, hit: true, preview: { kind: 'picture' } }],
  });
  expect(second!.results[0]!.preview).toHaveProperty('marks', {
    heat: [{ box: [...LEFT], share: 1 }],
    boxes: [
      { box: LEFT, label: 'right' },
      { box: [0, 0, 0.5, 0.5], label: 'predicted' },
    ],
  });
});
