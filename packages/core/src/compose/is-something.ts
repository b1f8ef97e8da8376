import type { Nothing } from '@modalkit/contract';

/** False for what a condition leaves in place of a plugin. */
export function isSomething<T>(value: T | Nothing): value is T {
  return value !== false && value !== null && value !== undefined;
}
