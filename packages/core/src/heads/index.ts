export * from './class-list-target.js';
export * from './class-target.js';
export * from './classify.js';
export * from './transcribe.js';
