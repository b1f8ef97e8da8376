import { uncertaintyWeighting } from '@modalkit/core';
import { project, withOwnHeads } from './project.js';

export default project({ title: 'Uncertainty weighting', ...withOwnHeads, balancer: uncertaintyWeighting() });
