export * from './create-test-model.js';
export * from './fit-state.js';
export * from './numeric-gradient-check.js';
export * from './tensors-of.js';
export * from './test-host-context.js';
export * from './vary-options.js';
