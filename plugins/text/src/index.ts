export * from './merge-pairs.js';
export * from './text.js';
export * from './text-adapter.js';
export * from './text-options.js';
export * from './tokenizer-state.js';
