export * from '../src/check-part.js';
export * from '../src/compile-addons.js';
export * from '../src/index.js';
export * from '../src/install-folder.js';
export * from '../src/wheel-part.js';
