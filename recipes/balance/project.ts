import { audio } from '@modalkit/audio';
import { accuracy, type Config, classify, crossEntropy, defineConfig, jsonl, late } from '@modalkit/core';
import { image } from '@modalkit/image';

/** Steps of every training, and of every probe. */
export const STEPS = 500;
const INPUTS = ['image', 'audio'];

/** What the trainings differ in. */
export type Variant = Pick<Config, 'fusion' | 'heads' | 'objectives' | 'balancer' | 'metrics'> & {
  readonly title: string;
  readonly train?: Partial<Config['train']>;
};

/** Two small towers, alike in every training: nothing is clipped, so that no gradient depends on another's length. */
export function project({ title, train, ...parts }: Variant): Config {
  return defineConfig({
    title,
    inputs: {
      image: image({ size: 32, fit: 'pad', channels: 1, encoder: 'cnn', stages: [8, 16, 32] }),
      audio: audio({ rate: 8000, fftSize: 256, mels: 32, encoder: 'cnn', stages: [8, 16, 32], width: 32 }),
    },
    space: { width: 32 },
    ...parts,
    data: { source: jsonl({ path: 'data/manifest.jsonl' }), batch: 64 },
    train: {
      steps: STEPS,
      learningRate: 8e-3,
      warmUp: 20,
      optimiser: { kind: 'adamw', weightDecay: 0.05 },
      clip: false,
      saveEvery: STEPS,
      ...train,
    },
  });
}

const digit = (from?: string) => classify({ classes: 10, target: 'digit', from });
const loss = (head: string) => crossEntropy({ head, target: 'digit' });
const right = (head: string) => accuracy({ head, target: 'digit' });

/** One head on both inputs together. */
export const joint = {
  fusion: late({ inputs: INPUTS }),
  heads: { both: digit() },
  objectives: { both: loss('both') },
  metrics: { both: right('both') },
};

/** A head for each input, and none on both. */
export const apart = {
  heads: { seen: digit('image'), heard: digit('audio') },
  objectives: { seen: loss('seen'), heard: loss('heard') },
  metrics: { seen: right('seen'), heard: right('heard') },
};

/** A head on both and one for each input: several objectives, for balancers that weigh them. */
export const withOwnHeads = {
  fusion: joint.fusion,
  heads: { ...joint.heads, ...apart.heads },
  objectives: { ...joint.objectives, ...apart.objectives },
  metrics: { ...joint.metrics, ...apart.metrics },
};
