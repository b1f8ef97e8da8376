export * from '../src/index.js';
export * from '../src/install-folder.js';
export * from '../src/wheel-part.js';
