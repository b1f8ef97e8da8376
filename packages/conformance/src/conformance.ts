import { type Check, type ConformanceCase, suiteOf } from './suite.js';

/** vitest's or node:test's `describe` and `test`. */
export interface Runner {
  describe(name: string, body: () => void): unknown;
  test(name: string, body: () => Promise<void>, timeout?: number): unknown;
}

const TIMEOUT_MS = 60_000;

/**
 * Registers one test for each promise that a plugin makes: `conformance({ plugin, samples, runner: { describe, test } })`. Which
 * promises follow from what it provides and declares; those left out are one test by name, so that none is skipped silently.
 * @throws ModalkitError PLUGIN when the plugin provides nothing that is judged
 */
export function conformance({ runner, ...given }: ConformanceCase & { readonly runner: Runner }): void {
  const { kind, checks } = suiteOf(given);
  runner.describe(`${given.plugin.id}, ${kind}: conformance`, () => {
    for (const check of checks) {
      if (check.leftOut === undefined) runner.test(check.title, check.run, TIMEOUT_MS);
      else runner.test(leftOutTitle(check), async () => undefined, TIMEOUT_MS);
    }
  });
}

const leftOutTitle = ({ title, leftOut }: Check) => `not checked, since ${leftOut}: ${title}`;
