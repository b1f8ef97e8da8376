export * from './cache-folder.js';
export * from './install-native.js';
export type { InstallProgress } from './install-part.js';
export * from './wheels.js';
