export * from './adapter-case.js';
export * from './conformance.js';
export * from './judge.js';
export * from './part-case.js';
export type { Check, ConformanceCase, Suite } from './suite.js';
export { suiteOf } from './suite.js';
