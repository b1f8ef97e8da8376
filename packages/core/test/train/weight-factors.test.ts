import { expect, it } from 'vitest';
import { layersBelowTop, weightFactors } from '../../src/train/weight-factors.js';
import type { WeightSpec } from '../../src/train/weight-spec.js';

function specsOf(names: readonly string[]): WeightSpec[] {
  const spec = { shape: [1], initialiser: { kind: 'zeros' }, trainable: true, decay: true, gates: new Set<string>() };
  return names.map((name, order) => ({ ...spec, name, order }) as WeightSpec);
}

const tower = ['eye2/embed/bias', 'eye2/layer1/mlp/bias', 'eye2/layer1/norm1/scale', 'eye2/layer2/bias', 'eye2/align'];
const none = { learningRates: {}, weightDecays: {}, layerDecays: {} };

it('layers are counted down from what follows the last one, in the order of declaration', () => {
  // embed is below layer1, which is below layer2, which is below align; a weight may be sorted anywhere.
  const below = layersBelowTop(specsOf(tower).reverse());
  expect(tower.map((name) => below.get(name))).toEqual([3, 2, 2, 1, 0]);
});

it('a tower without layers has one step down: what is declared is the top', () => {
  expect([...layersBelowTop(specsOf(['eye2/embed/bias', 'eye2/align'])).values()]).toEqual([0, 0]);
});

it('rates of patterns and of layers multiply; decays hold only where a weight decays', () => {
  const specs = specsOf([...tower, 'ear/embed']);
  specs[4] = { ...specs[4]!, decay: false };
  const { rates, decays } = weightFactors(specs, {
    learningRates: { 'eye2/*': 0.5, 'eye2/align': 2 },
    weightDecays: { 'eye2/*': 3 },
    layerDecays: { 'eye2/*': 0.1 },
  });
  // 0.5 x 0.1^3, 0.5 x 0.1^2 twice, 0.5 x 0.1, 2 x 1; the other tower is as it was.
  expect(rates.map((rate) => Number(rate.toFixed(6)))).toEqual([0.0005, 0.005, 0.005, 0.05, 2, 1]);
  expect(decays).toEqual([3, 3, 3, 3, 0, 1]);
});

it.each(['learningRates', 'weightDecays', 'layerDecays'] as const)(
  'train.%s: a pattern of no weight is refused with the nearest',
  (field) => {
    const change = { ...none, [field]: { 'eye/*': 0.5 } };
    expect(() => weightFactors(specsOf(tower), change)).toThrow(
      `config: train.${field}: the pattern "eye/*" matches no weight; did you mean "eye2/*"?`,
    );
  },
);
