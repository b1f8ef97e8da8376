export type { SweepOptions, SweepRange } from './sweep-options.js';
export * from './sweep-points.js';
export * from './sweep-rounds.js';
