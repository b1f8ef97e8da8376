export * from './grad-norm.js';
export * from './gradient-blending.js';
export * from './gradient-modulation.js';
export * from './pc-grad.js';
export * from './uncertainty-weighting.js';
