import { type Config, defineConfig, early, jsonl, maskedModelling } from '@modalkit/core';
import { text } from '@modalkit/text';
import joint from '../five-digits/modalkit.config.js';
import { linearProbe } from './linear-probe.mjs';

/** What the trainings differ in. */
export interface Variant {
  readonly title: string;
  /** What a hidden word is predicted from: its own caption, or every input of the sample. */
  readonly words: 'input' | 'fused';
  readonly metrics?: Config['metrics'];
  readonly train?: Partial<Config['train']>;
}

/** The towers of five-digits, which learn by predicting what is hidden of their inputs. No column but the inputs is composed. */
export function project({ title, words, metrics = { probe: linearProbe() }, train }: Variant): Config {
  return defineConfig({
    title,
    inputs: {
      ...(joint.inputs as Readonly<Record<string, ReturnType<typeof text>>>),
      text: text({ tokenizer: 'wordpiece', vocabulary: 800, maxTokens: 48, width: 64, layers: 1, hides: 'bert' }),
    },
    space: joint.space,
    masking: {
      image: { kind: 'random', ratio: 0.5 },
      video: { kind: 'tube', ratio: 0.5 },
      audio: { kind: 'span', ratio: 0.4, span: 2 },
      sensor: { kind: 'span', ratio: 0.4, span: 2 },
      text: { kind: 'random', ratio: 0.3 },
    },
    fusion: early({ layers: 1 }),
    objectives: {
      pixels: maskedModelling({ input: 'image' }),
      frames: maskedModelling({ input: 'video' }),
      sound: maskedModelling({ input: 'audio' }),
      motion: maskedModelling({ input: 'sensor' }),
      words: maskedModelling({ input: 'text', from: words }),
    },
    metrics,
    data: {
      source: jsonl({ path: '../five-digits/data/manifest.jsonl' }),
      batch: 64,
      cache: '../five-digits/.modalkit/cache',
    },
    train: { ...joint.train, inputDropout: 0.3, saveEvery: 100, ...train },
  });
}
