import { jsBackend } from '@modalkit/backend/js';
import type { Backend } from '@modalkit/contract';
import {
  type Config,
  classify,
  createModel,
  createRuntime,
  cross,
  crossEntropy,
  early,
  fitAdapters,
  infoNCE,
  late,
  type Model,
  type Sample,
  type StepBatch,
  stepBatch,
} from '@modalkit/core';
import { openLoader } from '@modalkit/core/training';
import { image } from '@modalkit/image';
import { text } from '@modalkit/text';
import sharp from 'sharp';
import { memory } from './memory.js';

const inputs = ['picture', 'claim'];

export const fusions = {
  early: () => early({ inputs, heads: 2, layers: 1 }),
  late: () => late({ inputs }),
  cross: () => cross({ inputs, heads: 2, layers: 1 }),
};

/** The main job's shape at a fraction of its size: a picture, two texts that share weights, two objectives. */
export function tinyDigits(change: Partial<Config> = {}): Config {
  return {
    inputs: {
      picture: image({ size: 16, fit: 'pad', channels: 1, patch: 8, width: 8, layers: 1, heads: 2 }),
      caption: text({ width: 8, layers: 1, heads: 2, vocabulary: 300 }),
      claim: text({ width: 8, layers: 1, heads: 2, vocabulary: 300, share: 'caption' }),
    },
    space: { width: 8 },
    fusion: fusions.cross(),
    heads: { match: classify({ classes: ['this', 'another', 'none'] }) },
    objectives: {
      contrast: infoNCE({ pairs: [['picture', 'caption']], positives: 'digit' }),
      match: crossEntropy({ head: 'match', target: 'match' }),
    },
    data: { source: memory(), batch: 4, workers: 0, cache: false },
    train: { steps: 10 },
    ...change,
  };
}

const WORDS = ['one', '一', 'two', '二', 'a three', '数字三'];

/** Samples with real PNG bytes, different for each `seed`. */
export async function tinySamples(count: number, seed = 0): Promise<Sample[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const pixels = Buffer.from(Array.from({ length: 256 }, (_, at) => (at * (index + 3 + seed * 7)) % 256));
      const bytes = await sharp(pixels, { raw: { width: 16, height: 16, channels: 1 } })
        .png()
        .toBuffer();
      const word = WORDS[(index + seed) % WORDS.length]!;
      const targets = { digit: String(index % 3), match: ['this', 'another', 'none'][(index + seed) % 3] };
      return {
        id: `s${seed}-${index}`,
        inputs: { picture: new Uint8Array(bytes), caption: word, claim: `this is ${word}` },
        targets,
      };
    }),
  );
}

/** Samples of which half have a picture and two in three a caption. */
export async function gappySamples(train: number, test = 0): Promise<Sample[]> {
  return (await tinySamples(train + test)).map(({ inputs: { picture, caption, claim }, ...rest }, row) => ({
    ...rest,
    inputs: { claim, ...(row % 2 === 0 && { picture }), ...(row % 3 > 0 && { caption }) },
    split: row < train ? 'train' : 'test',
  }));
}

export async function tinyModel(
  config: Config,
  backend?: Backend,
): Promise<{ model: Model; batch(samples: readonly Sample[]): Promise<StepBatch> }> {
  const runtime = createRuntime(config, { folder: '/' });
  const states = await fitAdapters(runtime, await tinySamples(6), '/');
  const model = createModel(runtime, backend ?? (await jsBackend()), states);
  const loader = openLoader(runtime, states, '/');
  return { model, batch: async (samples) => stepBatch(model.backend.tf, await loader.batchOf(samples), 0, 3) };
}
