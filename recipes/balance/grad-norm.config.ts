import { gradNorm } from '@modalkit/core';
import { project, withOwnHeads } from './project.js';

export default project({ title: 'GradNorm', ...withOwnHeads, balancer: gradNorm() });
