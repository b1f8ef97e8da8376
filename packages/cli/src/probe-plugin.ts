import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ModalkitError } from '@modalkit/contract';
import { lastWords, runProgram } from './run-program.js';

/** What looks at an installed plugin from its own process; beside `dist` and `src`. */
const PROBE = fileURLToPath(new URL('../probe.mjs', import.meta.url));
const IMPORT_MS = 60_000;

/** An exported factory, called. */
export interface ProbedFactory {
  readonly name: string;
  readonly kind?: 'plugin' | 'set';
  /** What it made; absent when it refused the options. */
  readonly id?: string;
  readonly contract?: unknown;
  /** Names of the tokens under which it provides something. */
  readonly provides?: readonly string[];
  /** Why it refused the options. */
  readonly refused?: string;
}

export interface Probed {
  readonly exports: readonly string[];
  readonly factories: readonly ProbedFactory[];
}

/**
 * Imports a package as a folder sees it, in a process of its own, and calls its factories.
 * @param options what the factories are given; nothing without
 * @throws ModalkitError PLUGIN that says why it cannot be imported
 */
export async function probePlugin(
  name: string,
  folder: string,
  { options, signal }: { readonly options?: unknown; readonly signal?: AbortSignal } = {},
): Promise<Probed> {
  const input = await readFile(PROBE, 'utf8');
  const args = ['--input-type=module', '-', name, ...(options === undefined ? [] : [JSON.stringify(options)])];
  const ran = await runProgram([process.execPath], args, { cwd: folder, input, signal, timeoutMs: IMPORT_MS });
  if (ran.code !== 0) throw new ModalkitError('PLUGIN', `importing ${name} failed: ${reasonOf(ran.all)}`);
  try {
    return JSON.parse(ran.stdout.trimEnd().split('\n').at(-1)!);
  } catch (error) {
    throw new ModalkitError('PLUGIN', `${name} ended the process while it was imported: ${lastWords(ran)}`, {}, error);
  }
}

/** The sentence of an uncaught error. */
function reasonOf(all: string): string {
  const line = all.split('\n').find((each) => /^(?:\w*Error\b|.*\[ERR_)/.test(each.trim()));
  return (line ?? lastWords({ code: 1, stdout: '', all })).trim().slice(0, 400);
}
