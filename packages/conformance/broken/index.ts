import type { BrokenAdapter } from './broken-adapter.js';
import { brokenHosts } from './hosts.js';
import { brokenLives } from './lives.js';
import { brokenStates } from './states.js';
import { brokenSteps } from './steps.js';

export type { BrokenAdapter } from './broken-adapter.js';
export { digitsPlugin } from './digits.js';

/** By what each does wrong. */
export const brokenAdapters: Readonly<Record<string, BrokenAdapter>> = {
  ...brokenStates,
  ...brokenHosts,
  ...brokenSteps,
  ...brokenLives,
};
