import { expect, test } from 'vitest';
import { countTests } from './count-tests.mjs';

const file = (status: string, tests: number) => ({
  status,
  assertionResults: Array.from({ length: tests }, () => ({})),
});

test('counts what vitest counts', () => {
  const results = { numPassedTests: 5, numFailedTests: 2, testResults: [file('passed', 4), file('failed', 3)] };
  expect(countTests(results, 1)).toEqual({ passed: 5, failed: 2 });
  expect(countTests({ ...results, numFailedTests: 0 }, 0)).toEqual({ passed: 5, failed: 0 });
});

test('a file that could not be loaded is a failure', () => {
  const results = { numPassedTests: 5, numFailedTests: 0, testResults: [file('passed', 5), file('failed', 0)] };
  expect(countTests(results, 1)).toEqual({ passed: 5, failed: 1 });
});

test('no results, or a bad end after good tests, is a failure', () => {
  expect(countTests(undefined, 0)).toEqual({ passed: 0, failed: 1 });
  expect(countTests({ numPassedTests: 5, numFailedTests: 0, testResults: [] }, 134)).toEqual({ passed: 5, failed: 1 });
});
