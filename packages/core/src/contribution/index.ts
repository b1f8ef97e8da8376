export type { Contribution } from './measure-contribution.js';
export { shapleyValues } from './shapley-values.js';
