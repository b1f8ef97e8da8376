/**
 * Early fusion that answers by the words of the question and hardly looks, and what makes it look: the objectives of grounding.
 *
 *   npx modalkit compare recipes/scene-questions/dominance.config.ts --run runs/dominance
 *
 * 400 steps on scenes of three and four shapes, with and without the objective that looks for the shape asked about.
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
