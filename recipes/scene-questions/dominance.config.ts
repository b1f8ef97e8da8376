/**
 * Early fusion that answers by the words of the question and hardly looks, with and without an objective of grounding.
 *
 *   npx modalkit compare recipes/scene-questions/dominance.config.ts --run runs/dominance
 *
 * On scenes of three and four shapes, seed 0: with `weights.thing: 0` right on 0.351 of held-out questions after 300 steps and 0.373 after 400,
 * where the question alone gives 0.310; with `weights.thing: 1` on 0.326 and 0.327: it points at the shape, but doesn't answer by it so soon.
 */
import { accuracy } from '@modalkit/core';
import project from './modalkit.config.js';

export default {
  ...project,
  title: 'Answers from the words of the question',
  weights: { seen: 0, named: 0 },
  metrics: { answer: accuracy({ head: 'answer', by: ['kind', 'shapes'] }) },
  sweep: { kind: 'grid', settings: { 'weights.thing': [0, 1] }, metric: 'accuracy/answer' },
  train: { ...project.train, steps: 400, evaluateEvery: 100, only: { shapes: [3, 4] } },
};
