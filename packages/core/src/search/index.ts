export { Searcher } from './searcher.js';
export { indexedInputs, type Match, openIndex, type VectorIndex } from './vector-index.js';
export { type InputVectors, writeIndex } from './write-index.js';
