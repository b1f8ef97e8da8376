import { cp, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { lastWords, runProgram } from '../run-program.js';
import type { Seen } from './finding.js';
import type { PackedPlugin } from './packed-plugin.js';

/** Where the plugin's own sources and build would be imported from by a test: the installed copy is put there. */
const STANDS_FOR = ['src/index.js', 'dist/index.js'];
const KIT_MS = 300_000;

/**
 * Runs the author's conformance tests against the installed copy: `test` is copied, `../src/index.js` and `../dist/index.js`
 * lead to the package, and tools come from the author's own node_modules.
 * @param folder where the package is installed
 */
export async function runKit(
  folder: string,
  { folder: author, manifest }: PackedPlugin,
  signal?: AbortSignal,
): Promise<Seen[]> {
  const tests = await conformanceTests(author);
  if (tests.length === 0) return [{ id: 'no-tests', what: 'no test of conformance is there' }];
  const vitest = findVitest(author);
  if (!vitest)
    return [
      { id: 'kit', what: "vitest is not installed in the plugin's folder", fix: 'npm install --save-dev vitest' },
    ];
  const kit = join(folder, 'kit');
  await cp(join(author, 'test'), join(kit, 'test'), { recursive: true });
  for (const path of STANDS_FOR) await reexport(join(kit, path), manifest.name);
  // no name: under the plugin's own, the kit would find itself in place of the installed copy
  await writeFile(join(kit, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  await linkTools(author, kit, Object.keys(manifest.devDependencies ?? {}));
  const args = [vitest, 'run', '--root', kit, '--reporter=json', ...tests];
  const ran = await runProgram([process.execPath], args, { cwd: kit, signal, timeoutMs: KIT_MS });
  return ran.code === 0 ? [] : failuresOf(ran.stdout, () => lastWords(ran));
}

async function conformanceTests(author: string): Promise<string[]> {
  const names = await readdir(join(author, 'test'), { recursive: true }).catch(() => []);
  const tests = names.filter((name) => /\.test\.[cm]?[jt]s$/.test(name)).sort();
  const texts = await Promise.all(tests.map((name) => readFile(join(author, 'test', name), 'utf8')));
  return tests.filter((_, index) => texts[index]!.includes('@modalkit/conformance')).map((name) => join('test', name));
}

/** The command of the vitest that a plugin is tested with. */
export function findVitest(author: string): string | undefined {
  try {
    return join(dirname(createRequire(join(author, 'package.json')).resolve('vitest/package.json')), 'vitest.mjs');
  } catch {
    return undefined;
  }
}

async function reexport(file: string, name: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `export * from '${name}';\n`);
}

/** The author's tools, and nothing else of the author's. */
async function linkTools(author: string, kit: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const target = join(author, 'node_modules', name);
    if (!(await stat(target).catch(() => undefined))) continue;
    const link = join(kit, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(target, link, 'junction');
  }
}

interface Report {
  readonly testResults: readonly {
    readonly message?: string;
    readonly assertionResults: readonly { status: string; title: string; failureMessages?: readonly string[] }[];
  }[];
}

function failuresOf(stdout: string, words: () => string): Seen[] {
  const seen = (what: string): Seen => ({ id: 'kit', what });
  try {
    const { testResults } = JSON.parse(stdout.slice(stdout.indexOf('{"num'))) as Report;
    const failed = testResults.flatMap(({ assertionResults, message }) => {
      const each = assertionResults.filter(({ status }) => status === 'failed');
      if (each.length === 0 && message) return [firstLine(message)];
      return each.map(({ title, failureMessages = [] }) => `${title}: ${firstLine(failureMessages[0] ?? 'failed')}`);
    });
    return failed.length > 0 ? failed.map(seen) : [seen(words())];
  } catch {
    return [seen(`the tests did not run: ${words()}`)];
  }
}

function firstLine(text: string): string {
  return text.split('\n')[0]!.replace(/^\w*Error: /, '');
}
