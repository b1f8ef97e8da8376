/**
 * Prints `N passed, N failed` as the last line; an error is one failure. Any failure ends the process with 1.
 * @param {() => Promise<{ passed: number, failed: number }>} run
 */
export async function printCounts(run) {
  let counts = { passed: 0, failed: 1 };
  try {
    counts = await run();
  } catch (error) {
    console.error(error.message);
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  process.exitCode = counts.failed > 0 ? 1 : 0;
}
