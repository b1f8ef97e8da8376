export * from './log-mel.js';
export type * from './mel-kernel.js';
