export * from './__modality__.js';
export type { __modality__Options } from './__modality__-options.js';
