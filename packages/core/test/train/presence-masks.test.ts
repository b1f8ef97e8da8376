import type { Sample } from '@modalkit/contract';
import { hostRandom } from '@modalkit/toolkit';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/compose/config.js';
import { late } from '../../src/fusion/index.js';
import { classify } from '../../src/heads/index.js';
import { crossEntropy, infoNCE } from '../../src/objectives/index.js';
import { readTrainable } from '../../src/train/train-state.js';
import { createTrainable, type Trainable } from '../../src/train/trainable.js';
import { measuredStep } from '../../src/train/training-step.js';
import { series } from '../fixtures/series-plugin.js';
import { batchOf, meanSquare, project, sample, testModel } from '../fixtures/test-project.js';

const full = Boolean(process.env.MODALKIT_FULL);

const NAMES = ['one', 'two', 'three', 'four', 'five'] as const;
const MASKS = Array.from({ length: 31 }, (_, index) => NAMES.filter((_, bit) => ((index + 1) >> bit) & 1));
const ROWS = 3;

type Names = readonly string[];

/** Each input of a mask is in some row at least. */
function samplesOf(mask: Names, step: number): Sample[] {
  const random = hostRandom(0, step, 'presence');
  return Array.from({ length: ROWS }, (_, row) => {
    const there = mask.filter((name, at) => at % ROWS === row || random.uniform(name, row) < 0.5);
    const inputs = there.map((name) => [name, [1 + random.uniform(`value/${name}`, row), row]] as const);
    const made = sample(`${step}-${row}`, Object.fromEntries(inputs), random.uniform('target', row));
    return { ...made, targets: { ...made.targets, kind: row % 2 } };
  });
}

/** Losses of each input alone, and of each pair. */
function objectivesOf(names: Names): Config['objectives'] {
  const pairs = names.flatMap((a, at) => names.slice(at + 1).map((b) => [a, b] as const));
  return {
    ...Object.fromEntries(names.map((name) => [name, meanSquare({ input: name })])),
    ...Object.fromEntries(pairs.map(([a, b]) => [`${a}-${b}`, infoNCE({ pairs: [[a, b]] })])),
  };
}

const train = { steps: 10, average: 0.9, optimiser: { kind: 'adamw', weightDecay: 0.5 } } as const;

async function open(names: Names, more: Partial<Config> = {}): Promise<Trainable> {
  const inputs = Object.fromEntries(names.map((name) => [name, series({ width: 4, layers: 0 })]));
  return createTrainable(
    await testModel(project({ inputs, space: { width: 4 }, objectives: objectivesOf(names), train, ...more })),
  );
}

const rate = tf.scalar(0.01);

/** @returns the loss */
async function step(trainable: Trainable, samples: readonly Sample[], draw: number): Promise<number> {
  const batch = await batchOf(trainable.model, samples, { length: 2, draw });
  const measured = measuredStep(trainable, [batch], rate);
  const loss = measured.loss!.dataSync()[0]!;
  tf.dispose([measured, batch] as never);
  return loss;
}

/** Bytes of weights, moments, averages and counts, by whose they are: an input, or a pair's scale. */
async function bytesByOwner(trainable: Trainable): Promise<Map<string, string>> {
  const { weights, optimiser } = await readTrainable(trainable);
  const named = [...weights!].concat([...optimiser!].map(([key, array]) => [key.slice(key.indexOf('/') + 1), array]));
  const bytes = new Map<string, string>();
  for (const [name, { data }] of named) {
    const [first, second] = name.split('/');
    const owner = first === 'objectives' ? second! : first!;
    bytes.set(owner, `${bytes.get(owner) ?? ''} ${Buffer.from(Float32Array.from(data).buffer).toString('hex')}`);
  }
  return bytes;
}

/** What a mask lacks: inputs, and pairs of which one is absent. */
function lackedBy(mask: Names): string[] {
  const lacks = (owner: string) => owner.split('-').some((name) => !mask.includes(name));
  return Object.keys(objectivesOf(NAMES)).filter(lacks);
}

describe('F9: all 31 presence masks of five inputs', () => {
  const heads = { kind: classify({ classes: 2 }) };
  const objectives = { ...objectivesOf(NAMES), kind: crossEntropy({ head: 'kind' }) };
  const fused = { fusion: late({ inputs: [...NAMES] }), heads, objectives };
  /** Every mask once a round, in an order of its own. */
  const sequence = Array.from({ length: full ? 300 : 1 }, (_, round) => {
    const { uniform } = hostRandom(1, round, 'order');
    const order = MASKS.map((mask, at) => ({ mask, rank: uniform('rank', at) }));
    return order.sort((a, b) => a.rank - b.rank).map(({ mask }) => mask);
  }).flat();

  it('in a random sequence: no throw, losses finite, what is absent stays to the byte, what is there learns', async () => {
    const trainable = await open(NAMES, fused);
    let before = await bytesByOwner(trainable);
    for (const [at, mask] of sequence.entries()) {
      expect(await step(trainable, samplesOf(mask, at), at)).toBeLessThan(1e6);
      const after = await bytesByOwner(trainable);
      for (const owner of lackedBy(mask))
        expect(after.get(owner) === before.get(owner), `${owner} in ${mask}`).toBe(true);
      for (const name of mask) expect(after.get(name) === before.get(name), `${name} in ${mask}`).toBe(false);
      before = after;
    }
  }, 3_600_000);

  it('control: with all gates open absent inputs move', async () => {
    const trainable = await open(NAMES, fused);
    const ungated = { ...trainable, gatesOfWeights: tf.onesLike(trainable.gatesOfWeights) };
    const mask = ['one', 'two'];
    await step(trainable, samplesOf(NAMES, 0), 0);
    const before = await bytesByOwner(trainable);
    await step(ungated, samplesOf(mask, 1), 1);
    const after = await bytesByOwner(trainable);
    for (const owner of ['three', 'four', 'five']) expect(after.get(owner) === before.get(owner), owner).toBe(false);
  });

  it('a step is that of a model composed of the present inputs alone, to the byte', async () => {
    for (const [at, mask] of MASKS.entries()) {
      // Clipping goes by a norm over all weights, whose sum is taken in another order.
      const apart = { train: { ...train, clip: false as const } };
      const [whole, alone] = [await open(NAMES, apart), await open(mask, apart)];
      for (let draw = at; draw < at + (full ? 20 : 1); draw++) {
        const samples = samplesOf(mask, draw);
        const losses = [await step(whole, samples, draw), await step(alone, samples, draw)];
        expect(losses[0], `${mask}`).toBe(losses[1]);
      }
      const [all, reference] = [await bytesByOwner(whole), await bytesByOwner(alone)];
      for (const [owner, bytes] of reference) expect(all.get(owner) === bytes, `${owner} in ${mask}`).toBe(true);
      for (const { model, dispose } of [whole, alone]) {
        dispose();
        model.dispose();
      }
    }
  }, 3_600_000);
});
