export * from './class-target.js';
export * from './classify.js';
