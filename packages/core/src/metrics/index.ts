export * from './accuracy.js';
export * from './bootstrap.js';
export * from './embedding-map.js';
export * from './proportion.js';
export * from './retrieval.js';
export * from './zero-shot.js';
