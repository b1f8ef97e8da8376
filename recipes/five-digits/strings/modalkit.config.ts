/** Three to six spoken digits in a row, transcribed by CTC: known speakers, recordings that training has not heard. */
import { audio } from '@modalkit/audio';
import { ctc, defineConfig, jsonl, transcribe, wordErrorRate } from '@modalkit/core';
import { WORDS } from '../../digits/captions.mjs';

export default defineConfig({
  title: 'Spoken digit strings',
  inputs: {
    audio: audio({
      rate: 8000,
      fftSize: 256,
      mels: 40,
      encoder: 'cnn',
      stages: [24, 48, 96],
      stride: 4,
      width: 96,
      augment: { tract: 0.1, gain: 6, noise: 25, frequencyMasks: 1, frequencyMask: 6, timeMasks: 1, timeMask: 0.05 },
    }),
  },
  space: { width: 96 },
  heads: { words: transcribe({ classes: [...WORDS.en], maxLength: 6, from: 'audio' }) },
  objectives: { words: ctc({ head: 'words' }) },
  metrics: { words: wordErrorRate({ head: 'words' }) },
  data: { source: jsonl({ path: '../data/strings.jsonl' }), batch: 32 },
  train: {
    steps: 600,
    learningRate: 2e-3,
    warmUp: 50,
    optimiser: { kind: 'adamw', weightDecay: 0.05 },
    average: 0.99,
    saveEvery: 600,
  },
});
