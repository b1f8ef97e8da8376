export type { PreparedVideo } from './prepared-video.js';
export type { RawVideo } from './raw-video.js';
export * from './video.js';
export * from './video-adapter.js';
export type * from './video-options.js';
