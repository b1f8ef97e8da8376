/**
 * What a run of vitest comes to. A file that could not be loaded counts as one failure, and so do a run that left no results
 * and one that ended badly although every test passed: nothing that went wrong counts as nothing.
 * @param {{ numPassedTests: number, numFailedTests: number, testResults: { status: string, assertionResults: unknown[] }[] } | undefined} results
 *   of vitest's JSON reporter
 * @param {number} exitCode
 */
export function countTests(results, exitCode) {
  if (results === undefined) return { passed: 0, failed: 1 };
  const broken = results.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  ).length;
  const failed = results.numFailedTests + broken;
  return { passed: results.numPassedTests, failed: failed === 0 && exitCode !== 0 ? 1 : failed };
}
