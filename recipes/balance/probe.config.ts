import { apart, project } from './project.js';

/** Linear heads on frozen towers; `train.from` names the run whose towers they are. */
export default project({
  title: 'Linear probe',
  ...apart,
  train: { freeze: ['image/*', 'audio/*'], learningRate: 1e-2 },
});
