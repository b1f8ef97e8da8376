export * from './json-lines.js';
export * from './tensor-board.js';
