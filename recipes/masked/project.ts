import { type Config, defineConfig, early, jsonl, maskedModelling } from '@modalkit/core';
import { text } from '@modalkit/text';
import joint from '../five-digits/modalkit.config.js';
import { linearProbe } from './linear-probe.mjs';

/** What the trainings differ in. */
export interface Variant {
  readonly title: string;
  readonly metrics?: Config['metrics'];
  readonly train?: Partial<Config['train']>;
}

/** The towers of five-digits, which learn by predicting what is hidden of their inputs. No column but the inputs is composed. */
export function project({ title, metrics = { probe: linearProbe() }, train }: Variant): Config {
  return defineConfig({
    title,
    inputs: {
      ...(joint.inputs as Readonly<Record<string, ReturnType<typeof text>>>),
      text: text({ tokenizer: 'wordpiece', vocabulary: 800, maxTokens: 48, width: 64, layers: 1, hides: 'bert' }),
    },
    space: joint.space,
    masking: {
      image: { kind: 'random', ratio: 0.25 },
      video: { kind: 'tube', ratio: 0.25 },
      audio: { kind: 'span', ratio: 0.25, span: 2 },
      sensor: { kind: 'span', ratio: 0.25, span: 2 },
      // The whole caption: its words can come from what is seen and heard alone.
      text: { kind: 'random', ratio: 1 },
    },
    fusion: early({ layers: 1 }),
    objectives: {
      pixels: maskedModelling({ input: 'image', weight: 0.3 }),
      frames: maskedModelling({ input: 'video', weight: 0.3 }),
      sound: maskedModelling({ input: 'audio', weight: 0.3 }),
      motion: maskedModelling({ input: 'sensor', weight: 0.3 }),
      words: maskedModelling({ input: 'text', from: 'fused' }),
    },
    metrics,
    data: {
      source: jsonl({ path: 'data/manifest.jsonl' }),
      batch: 128,
      cache: '../five-digits/.modalkit/cache',
    },
    train: {
      ...joint.train,
      steps: 5200,
      curriculum: [
        { inputs: ['audio', 'sensor'], until: 1700 },
        { inputs: ['video'], until: 2400 },
        { inputs: ['image'], from: 2400 },
        { inputs: ['audio', 'video', 'sensor'], from: 5100 },
      ],
      inputDropout: 0,
      ...train,
    },
  });
}
