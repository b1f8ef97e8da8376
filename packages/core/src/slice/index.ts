export type { CutOptions } from './cut-windows.js';
export type { LabelRule } from './label-rule.js';
export { type SliceOptions, sliceRecordings } from './slice-recordings.js';
export type { GroupBy, SplitOptions } from './split-groups.js';
export type { Sliced } from './tally.js';
