export * from './live/counters.js';
export * from './live/live-source.js';
export * from './live/sensor-chunk.js';
export * from './live/serial.js';
export type * from './live/serial-options.js';
