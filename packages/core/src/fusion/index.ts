export * from './cross.js';
export * from './early.js';
export * from './fused-layout.js';
export * from './late.js';
