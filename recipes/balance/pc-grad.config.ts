import { pcGrad } from '@modalkit/core';
import { project, withOwnHeads } from './project.js';

export default project({ title: 'PCGrad', ...withOwnHeads, balancer: pcGrad() });
