export * from './cross-entropy.js';
export * from './ctc.js';
export * from './info-nce.js';
export * from './label-target.js';
export * from './monotonic.js';
export * from './sig-lip.js';
