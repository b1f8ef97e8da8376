/** What the words tell: the question alone. `npm run recipe -- scene-questions` trains it beside the others. */
import { accuracy, classify, crossEntropy, defineConfig } from '@modalkit/core';
import { ANSWERS } from '../questions.mjs';
import project, { question } from './modalkit.config.js';

export default defineConfig({
  ...project,
  title: 'The question alone, where its words nearly tell the answer',
  inputs: { question },
  heads: { answer: classify({ classes: ANSWERS }) },
  objectives: { answer: crossEntropy({ head: 'answer' }) },
  metrics: { answer: accuracy({ head: 'answer', by: ['usual'] }) },
  sweep: undefined,
});
