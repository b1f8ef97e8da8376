export * from './__modality__.js';
export type { Options } from './__modality__-options.js';
