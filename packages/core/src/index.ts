import 'reflect-metadata';

export * from '@modalkit/contract';
export * from './align/index.js';
export * from './balance/index.js';
export * from './checkpoint/index.js';
export * from './compose/index.js';
export * from './contribution/index.js';
export * from './data/index.js';
export * from './decode/index.js';
export * from './fusion/index.js';
export * from './heads/index.js';
export * from './live/index.js';
export * from './metrics/index.js';
export * from './objectives/index.js';
export * from './pretrained/index.js';
export * from './report/index.js';
export * from './search/index.js';
export * from './train/index.js';
