export * from './decode-audio.js';
export * from './decode-frames.js';
export * from './encode-media.js';
export * from './find-ffmpeg.js';
export * from './frame-request.js';
export type { MediaLimits, MediaPart, MediaRequest } from './media-request.js';
export * from './probe-media.js';
export * from './synthesise-speech.js';
