export * from './create-test-model.js';
export * from './numeric-gradient-check.js';
