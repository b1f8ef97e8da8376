export * from './cross-entropy.js';
export * from './info-nce.js';
export * from './label-target.js';
export * from './sig-lip.js';
