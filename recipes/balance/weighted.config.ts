import { crossEntropy } from '@modalkit/core';
import { project, withOwnHeads } from './project.js';

export default project({
  title: 'Fixed weights: the voice counts three times',
  ...withOwnHeads,
  objectives: { ...withOwnHeads.objectives, heard: crossEntropy({ head: 'heard', target: 'digit', weight: 3 }) },
});
