import { project } from './project.js';

/** Masks on held-out captions, with weights that stay as they are; `train.from` names the run whose weights they are. */
export default project({
  title: 'Hidden words of held-out captions',
  metrics: {},
  train: { steps: 20, learningRate: 1e-9, split: 'test', curriculum: [], average: false },
});
