import { expect } from 'vitest';
import type { Ended } from './modalkit.js';

/** Expects a failure told in one line that names what these patterns ask for, and no stack. */
export function expectOneSentence({ code, stdout, stderr }: Ended, exitCode: number, ...patterns: RegExp[]): void {
  expect(stderr).toMatch(/^modalkit: [^\n]+\n$/);
  expect(stderr.length, stderr).toBeLessThan(700);
  expect(stdout + stderr).not.toMatch(/^ {4}at |should not have happened|\[object/m);
  for (const pattern of patterns) expect(stderr).toMatch(pattern);
  expect(code, stderr).toBe(exitCode);
}
