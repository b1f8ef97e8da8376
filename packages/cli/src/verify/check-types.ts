import { readFile } from 'node:fs/promises';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import type { Seen } from './finding.js';
import type { PackedPlugin } from './packed-plugin.js';

/** What publint and arethetypeswrong say. Plugins are ESM: node10 and require() are out of the question. */
export async function checkTypes({ tarball, manifest }: PackedPlugin): Promise<Seen[]> {
  const data = new Uint8Array(await readFile(tarball));
  const [{ messages }, analysis] = await Promise.all([
    publint({ pack: { tarball: data.slice().buffer }, strict: true }),
    checkPackage(createPackageFromTarballData(data)),
  ]);
  const faults = messages
    .filter(({ type }) => type !== 'suggestion')
    .map((message) => ({
      id: 'publint' as const,
      what: formatMessage(message, manifest, { color: false }) ?? message.code,
    }));
  if (!analysis.types) return [...faults, { id: 'types', what: 'no types are packed' }];
  const kinds = analysis.problems
    .filter((problem) => !('resolutionKind' in problem && /node10|cjs/.test(problem.resolutionKind)))
    .map((problem) => ('entrypoint' in problem ? `${problem.kind} at ${problem.entrypoint}` : problem.kind));
  return [...faults, ...[...new Set(kinds)].map((what) => ({ id: 'types' as const, what }))];
}
