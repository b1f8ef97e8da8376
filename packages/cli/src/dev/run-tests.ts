import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { type CheckGroup, inspectionSchema } from '@modalkit/report';
import { lastWords, runProgram } from '../run-program.js';
import { findVitest } from '../verify/run-kit.js';

/** Longer than any promise may take. */
const RUN_MS = 300_000;
const LEFT_OUT = /^not checked, since /;

/** What the tests of a plugin's folder said. */
export interface TestsRun {
  /** By the file of the test, below the folder: those that were run. */
  readonly files: Readonly<Record<string, readonly CheckGroup[]>>;
  /** Why there is nothing. */
  readonly failure?: string;
}

/**
 * Runs the plugin's own tests in a process of its own, whatever becomes of it, and gathers its samples as the kit followed them.
 * @param changed run the tests alone that these files, or what imports them, are of; all when left out
 * @throws ModalkitError STOPPED when the signal aborts
 */
export async function runTests(folder: string, signal: AbortSignal, changed?: readonly string[]): Promise<TestsRun> {
  const vitest = findVitest(folder);
  if (!vitest) return { files: {}, failure: 'vitest is not installed in this folder: npm install --save-dev vitest' };
  const place = await mkdtemp(join(tmpdir(), 'modalkit-dev-'));
  try {
    const report = join(place, 'report.json');
    // threads, that all of it ends with the process
    const flags = ['--run', '--root', folder, '--pool=threads', '--reporter=json', `--outputFile=${report}`];
    const args = changed ? ['related', ...changed, ...flags] : flags;
    const env = { MODALKIT_INSPECT: place, NODE_ENV: 'test', NO_COLOR: '1', FORCE_COLOR: undefined };
    const options = { cwd: folder, env, signal, timeoutMs: RUN_MS, killSignal: 'SIGKILL' as const };
    const ran = await runProgram([process.execPath, vitest], [...args, '--passWithNoTests'], options);
    const said = await readFile(report, 'utf8').catch(() => undefined);
    // what imports a file is not found when one cannot be read: all tests tell which
    if (said === undefined && changed) return await runTests(folder, signal);
    if (said === undefined) return { files: {}, failure: lastWords(ran, 12) || `the tests ended with ${ran.code}` };
    return { files: filesOf(JSON.parse(said), folder, await inspectionsIn(place)) };
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly message?: string;
    readonly assertionResults: readonly Assertion[];
  }[];
}

interface Assertion {
  readonly ancestorTitles: readonly string[];
  readonly title: string;
  readonly status: string;
  readonly duration?: number | null;
  readonly failureMessages?: readonly string[];
}

type Samples = CheckGroup['samples'];

function filesOf({ testResults }: Report, folder: string, samples: ReadonlyMap<string, Samples>): TestsRun['files'] {
  const entries = testResults.map(({ name, message, assertionResults }) => {
    const file = relative(folder, name);
    const titles = [...new Set(assertionResults.map(({ ancestorTitles: [title = file] }) => title))];
    const groups = titles.map((title) => ({
      title,
      checks: assertionResults.filter(({ ancestorTitles: [own = file] }) => own === title).map(checkOf),
      samples: samples.get(title) ?? [],
    }));
    const failed = { title: file, failure: message, checks: [], samples: [] };
    return [file, message && titles.length === 0 ? [failed] : groups] as const;
  });
  return Object.fromEntries(entries);
}

function checkOf({ title, status, duration, failureMessages = [] }: Assertion): CheckGroup['checks'][number] {
  const milliseconds = duration ?? 0;
  if (status === 'failed')
    return { title, result: 'broken', says: wordsOf(failureMessages[0] ?? 'failed'), milliseconds };
  return { title, result: status === 'passed' && !LEFT_OUT.test(title) ? 'kept' : 'left-out', milliseconds };
}

/** The sentence without the stack's lines of Node and of the tools. */
function wordsOf(message: string): string {
  const lines = message.split('\n').filter((line) => !/^\s+at .*(?:node_modules|node:)/.test(line));
  return lines.join('\n').replace(/^\w*Error: /, '');
}

async function inspectionsIn(place: string): Promise<Map<string, Samples>> {
  const names = (await readdir(place)).filter((name) => name.endsWith('.json') && name !== 'report.json');
  const found = await Promise.all(names.map((name) => readFile(join(place, name), 'utf8')));
  return new Map(
    found.map((text) => {
      const { title, samples } = inspectionSchema.parse(JSON.parse(text));
      return [title, samples];
    }),
  );
}
