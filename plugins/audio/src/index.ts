export * from './audio.js';
export * from './audio-adapter.js';
export type { AudioOptions } from './audio-options.js';
export * from './live-sound.js';
export * from './log-mel.js';
export type { MelOptions } from './mel-kernel.js';
export * from './prepared-sound.js';
export type { RawSound } from './raw-sound.js';
