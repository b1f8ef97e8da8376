import { gradientBlending } from '@modalkit/core';
import { project, withOwnHeads } from './project.js';

export default project({
  title: 'Gradient blending',
  ...withOwnHeads,
  balancer: gradientBlending({ split: 'validation' }),
});
