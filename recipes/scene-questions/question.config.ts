/** What can be answered without looking: the question alone. `npm run recipe -- scene-questions` trains it beside the others. */
import { accuracy, classify, crossEntropy, defineConfig, early } from '@modalkit/core';
import project, { question } from './modalkit.config.js';
import { ANSWERS } from './questions.mjs';

export default defineConfig({
  ...project,
  title: 'The question alone',
  inputs: { question },
  fusion: early(),
  heads: { answer: classify({ classes: ANSWERS }) },
  objectives: { answer: crossEntropy({ head: 'answer' }) },
  metrics: { answer: accuracy({ head: 'answer', by: ['kind'] }) },
  train: { ...project.train, steps: 400 },
});
