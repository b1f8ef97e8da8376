/**
 * Digits: 10,000 real handwritten digits with captions in English and Chinese, trained jointly.
 *
 *   npm start                          set-up, data, this run, its report
 *   npx modalkit train recipes/digits --run runs/digits
 *
 * About three minutes on two cores. On 2,000 held-out pictures, seeds 1 to 3: zero-shot accuracy 0.975 to 0.978 in both
 * languages, match head 0.983 to 0.990.
 */
import {
  accuracy,
  classify,
  cross,
  crossEntropy,
  defineConfig,
  embeddingMap,
  infoNCE,
  jsonl,
  retrieval,
  zeroShot,
} from '@modalkit/core';
import { image } from '@modalkit/image';
import { text } from '@modalkit/text';
import { prompts } from './captions.mjs';

export default defineConfig({
  title: 'Handwritten digits and what is said of them',
  description:
    'A picture and its caption meet in one space; a head on the fused tokens says whether a claim names this digit, another one or none.',

  // 1. Three inputs: the claim is read by the caption's encoder.
  inputs: {
    picture: image({
      size: 32,
      fit: 'pad',
      channels: 1,
      encoder: 'cnn',
      stages: [16, 32, 64],
      augment: { shift: 2, rotate: 12, scale: 0.15 },
    }),
    caption: text({ tokenizer: 'wordpiece', vocabulary: 800, maxTokens: 48, width: 64, layers: 1 }),
    claim: text({ tokenizer: 'wordpiece', vocabulary: 800, maxTokens: 48, width: 64, layers: 1, share: 'caption' }),
  },

  // 2. One line from early() or late().
  space: { width: 64 },
  fusion: cross({ inputs: ['picture', 'claim'], query: ['claim'], layers: 1 }),

  // 3. Two objectives, trained together: pictures of one digit are all right answers to its caption.
  heads: { match: classify({ classes: ['this', 'another', 'none'] }) },
  objectives: {
    contrast: infoNCE({ pairs: [['picture', 'caption']], positives: 'digit' }),
    match: crossEntropy({ head: 'match', target: 'match' }),
  },

  // 4. What is measured on the held-out split.
  metrics: {
    zeroShot: zeroShot({ input: 'picture', by: 'caption', target: 'digit', prompts }),
    match: accuracy({ head: 'match', target: 'match' }),
    retrieval: retrieval({ pairs: [['picture', 'caption']], target: 'digit' }),
    map: embeddingMap({ inputs: ['picture', 'caption'], target: 'digit' }),
  },

  // 5. Data and schedule.
  data: { source: jsonl({ path: 'data/manifest.jsonl' }), batch: 128 },
  train: {
    steps: 900,
    learningRate: 3e-3,
    warmUp: 50,
    optimiser: { kind: 'adamw', weightDecay: 0.05 },
    average: 0.99,
    saveEvery: 500,
  },
});
