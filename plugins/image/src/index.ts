export * from './image.js';
export * from './image-adapter.js';
export type * from './image-options.js';
