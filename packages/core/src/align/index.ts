export * from './align-labels.js';
export * from './ctc-cost.js';
export * from './decode-ctc.js';
export * from './embed-windows.js';
export * from './estimate-offset.js';
export type { EmbeddingStream } from './even-rows.js';
export type { Lag } from './lag-curve.js';
export type { Envelope } from './refine-offset.js';
export * from './soft-dtw.js';
