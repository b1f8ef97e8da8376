import { jsBackend } from '@modalkit/backend/js';
import type { Aligned, InitContext, MaskPolicy, StepContext, Tensor, TokenLayout, Tokens } from '@modalkit/contract';
import { initLinear } from '@modalkit/toolkit';
import { createTestModel } from '@modalkit/toolkit/testing';
import { expect, test } from 'vitest';
import { importBlock } from './guide-module.js';

const { tf } = await jsBackend();

interface Masks {
  hideTubes(context: StepContext, layout: TokenLayout, policy: MaskPolicy, places: number): Tensor;
}

test('the guide to masks: tubes hide a place at every time, valid tokens alone, none in evaluation', async () => {
  const { hideTubes } = await importBlock<Masks>('masks.md', 'hideTubes');
  const model = createTestModel({ tf, state: undefined });
  // two places, three times; the last time of the second sample is padding
  const flags = [
    [1, 1, 1, 1, 1, 1],
    [1, 1, 1, 1, 0, 0],
  ];
  const layout = { valid: tf.cast(tf.tensor2d(flags), 'bool'), position: {} };
  const hide = (stepNumber: number, training = true) =>
    hideTubes(
      model.stepAt({ stepNumber, training }),
      layout,
      { kind: 'tube', ratio: 0.5 },
      2,
    ).arraySync() as number[][];
  const seen = Array.from({ length: 100 }, (_, stepNumber) => hide(stepNumber));
  for (const [[a, b, ...later], [c, d, e, f, ...padding]] of seen as [number[], number[]][]) {
    expect(later).toEqual([a, b, a, b]);
    expect([e, f, padding]).toEqual([c, d, [0, 0]]);
  }
  const places = seen.flatMap(([first]) => first!.slice(0, 2));
  // 200 draws of probability 1/2: four standard deviations are 0.14
  expect(Math.abs(places.reduce((sum, flag) => sum + flag, 0) / 200 - 0.5)).toBeLessThan(0.14);
  expect(hide(7)).toEqual(seen[7]);
  expect(hide(7, false).flat().some(Boolean)).toBe(false);
});

interface Visible {
  embedVisible(context: StepContext, values: Tensor, hidden: Tensor): Tensor;
}

test('the guide to masks: nothing tells what is hidden', async () => {
  const { embedVisible } = await importBlock<Visible>('masks.md', 'embedVisible');
  const model = createTestModel({ tf, state: undefined });
  initLinear(model.init, 'embed', 1, 4);
  model.init.weight('hidden', [4], { kind: 'normal', std: 1 });
  const hidden = tf.cast(tf.tensor2d([[0, 1]]), 'bool');
  const embed = (under: number) => embedVisible(model.step, tf.tensor3d([[[0.5], [under]]]), hidden).arraySync();
  expect(embed(1)).toEqual(embed(-9));
});

interface Align {
  initAlign(context: InitContext, width: number): void;
  alignWeighed(tokens: Tokens, context: StepContext): Aligned;
}

test('the guide to alignment: shares of valid tokens alone, zeros for an absent sample', async () => {
  const { initAlign, alignWeighed } = await importBlock<Align>('alignment.md', 'alignWeighed');
  const model = createTestModel({ tf, state: undefined, width: 2 });
  initAlign(model.init, 1);
  const set = (name: string, values: number[]) =>
    model.weights.get(name)!.assign(tf.tensor(values, model.weights.get(name)!.shape));
  set('align/kernel', [1, 2]);
  set('weigh/kernel', [Math.LN2, 0]);
  // the second token of the first sample is padding, both of the last
  const valid = tf.cast(
    tf.tensor2d([
      [1, 0],
      [1, 1],
      [0, 0],
    ]),
    'bool',
  );
  const align = (padding: number) =>
    alignWeighed(
      {
        values: tf.tensor3d([
          [[3], [padding]],
          [[0], [1]],
          [[padding], [padding]],
        ]),
        valid,
        hidden: tf.zerosLike(valid),
        position: {},
      },
      model.step,
    );
  // scores 0 and ln 2 give shares 1/3 and 2/3 of [0, 0] and [1, 2]
  for (const padding of [0, 50]) {
    const pooled = (align(padding).pooled.arraySync() as number[][]).flat();
    expect(pooled.map((value) => Math.round(value * 1e5) / 1e5)).toEqual([3, 6, 0.66667, 1.33333, 0, 0]);
  }
});
