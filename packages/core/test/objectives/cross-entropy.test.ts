import { gradientsByName, numericGradientCheck } from '@modalkit/toolkit/testing';
import { describe, expect, test } from 'vitest';
import { crossEntropy } from '../../src/objectives/index.js';
import { noise } from '../fusion/fusion-batch.js';
import { tf } from '../fusion/tf.js';
import { objectiveModel, viewOf } from './objective-model.js';

const logits = (rows: number[][]) => ({ 'kind/logits': tf.tensor2d(rows) });

describe('cross entropy', () => {
  test('is -ln softmax at the class, over the samples that have one', () => {
    // Row 0: logits (ln 1, ln 3), class 1: -ln(3/4). Row 1 has no class. Row 2: equal logits: ln 2.
    const outputs = logits([
      [0, Math.log(3)],
      [50, -50],
      [7, 7],
    ]);
    const found = objectiveModel(crossEntropy({ head: 'kind' })).measure(
      viewOf({ outputs, targets: { kind: [1, null, 0] } }),
    );
    expect(found.kind!.sum).toBeCloseTo(-Math.log(0.75) + Math.LN2, 5);
    expect(found.kind!.count).toBe(2);
  });

  test('label smoothing e spreads e evenly: (1 - e)(-ln p_y) + e mean(-ln p)', () => {
    // p = (1/4, 3/4), class 1, e = 0.2: 0.8 * 0.287682 + 0.2 * (1.386294 + 0.287682) / 2 = 0.397543.
    const view = viewOf({ outputs: logits([[0, Math.log(3)]]), targets: { label: [1] } });
    const plugin = crossEntropy({ head: 'kind', target: 'label', labelSmoothing: 0.2 });
    expect(objectiveModel(plugin).measure(view).kind!.sum).toBeCloseTo(0.397543, 5);
  });

  test('large logits stay finite', () => {
    const { measure } = objectiveModel(crossEntropy({ head: 'kind' }));
    const large = viewOf({ outputs: logits([[1e4, -1e4]]), targets: { kind: [1] } });
    expect(measure(large).kind!.sum).toBeCloseTo(2e4, 0);
  });

  test('no known class adds 0 with a gradient of 0', () => {
    const { terms } = objectiveModel(crossEntropy({ head: 'kind' }));
    const x = tf.variable(tf.tensor2d([[1, 2]]));
    const view = () => viewOf({ outputs: { 'kind/logits': x }, targets: { kind: [null] } });
    const gradients = gradientsByName(tf, new Map([['x', x]]), () => terms(view()).kind!.sum);
    expect([...gradients.get('x')!].map(Math.abs)).toEqual([0, 0]);
    expect(terms(view()).kind!.count.dataSync()[0]).toBe(0);
  });

  test('a target that no part declares is named', () => {
    const { measure } = objectiveModel(crossEntropy({ head: 'kind', target: 'kin' }));
    expect(() => measure(viewOf({ outputs: logits([[1]]), targets: { kind: [0] } }))).toThrow(/"kin".*kind/);
  });

  test('gradients equal central differences', () => {
    const { total } = objectiveModel(crossEntropy({ head: 'kind', labelSmoothing: 0.1 }));
    const x = tf.variable(noise('logits', [3, 4]));
    const loss = () => total(viewOf({ outputs: { 'kind/logits': x }, targets: { kind: [3, null, 0] } }));
    expect(numericGradientCheck(tf, new Map([['x', x]]), loss, { entries: 12 }).compared).toBe(12);
  });
});
