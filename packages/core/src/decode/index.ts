export { inputsRead, type Written, writingHeads } from './write-raw.js';
export type { WriteOptions } from './write-sequences.js';
