import { gradientModulation } from '@modalkit/core';
import { joint, project } from './project.js';

export default project({
  title: 'OGM-GE',
  ...joint,
  balancer: gradientModulation({ inputs: ['image', 'audio'], head: 'both', target: 'digit' }),
});
