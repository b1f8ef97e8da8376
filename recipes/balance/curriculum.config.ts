import { project, STEPS, withOwnHeads } from './project.js';

export default project({
  title: 'Curriculum: the picture comes later',
  ...withOwnHeads,
  train: { curriculum: [{ inputs: ['image'], from: 0.4 * STEPS }] },
});
