import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AdapterCase } from './adapter-case.js';
import { inspectSamples } from './inspect-samples.js';
import { type Check, type ConformanceCase, suiteOf } from './suite.js';

/** vitest's or node:test's `describe` and `test`. */
export interface Runner {
  describe(name: string, body: () => void): unknown;
  test(name: string, body: () => Promise<void>, timeout?: number): unknown;
}

const TIMEOUT_MS = 60_000;
/** Names the folder that `modalkit dev` wants inspections in. */
const INSPECT = 'MODALKIT_INSPECT';

/**
 * Registers one test for each promise that a plugin makes: `conformance({ plugin, samples, runner: { describe, test } })`. Which
 * promises follow from what it provides and declares; those left out are one test by name, so that none is skipped silently.
 * @throws ModalkitError PLUGIN when the plugin provides nothing that is judged
 */
export function conformance({ runner, ...given }: ConformanceCase & { readonly runner: Runner }): void {
  const folder = process.env[INSPECT];
  // its build may be older than what is being changed
  const { kind, checks } = suiteOf(folder === undefined ? given : { ...given, worker: undefined });
  const title = `${given.plugin.id}, ${kind}: conformance`;
  runner.describe(title, () => {
    for (const check of checks) {
      if (check.leftOut === undefined) runner.test(check.title, check.run, TIMEOUT_MS);
      else runner.test(leftOutTitle(check), async () => undefined, TIMEOUT_MS);
    }
    if (folder !== undefined && kind === 'adapter')
      runner.test(
        'its samples can be followed',
        () => writeInspection(folder, title, given as AdapterCase),
        TIMEOUT_MS,
      );
  });
}

/** Samples of a case, followed through the adapter, as JSON for `modalkit dev`. */
async function writeInspection(folder: string, title: string, given: AdapterCase): Promise<void> {
  const samples = await inspectSamples(given);
  await writeFile(join(folder, `${randomUUID()}.json`), JSON.stringify({ title, samples }));
}

const leftOutTitle = ({ title, leftOut }: Check) => `not checked, since ${leftOut}: ${title}`;
