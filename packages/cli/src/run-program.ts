import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ModalkitError } from '@modalkit/contract';

/** How a program ended. */
export interface Ran {
  /** 127 when it could not be started. */
  readonly code: number;
  readonly stdout: string;
  /** Both streams, in the order they came. */
  readonly all: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Text for its standard input. */
  readonly input?: string;
  readonly signal?: AbortSignal;
  /** Shows what it says as it comes. */
  readonly show?: (text: string) => void;
  readonly timeoutMs?: number;
  /** How it is ended; SIGTERM when left out. */
  readonly killSignal?: NodeJS.Signals;
}

/** A program and its first arguments. */
export type Program = readonly [command: string, ...args: string[]];

/** Runs a program with an array of arguments and no shell. @throws ModalkitError STOPPED when the signal aborts */
export function runProgram([command, ...first]: Program, args: readonly string[], options: RunOptions): Promise<Ran> {
  const { cwd, env, input, signal, show, timeoutMs, killSignal } = options;
  const child = spawn(command, [...first, ...args], {
    cwd,
    env: { ...process.env, ...env },
    signal,
    timeout: timeoutMs,
    killSignal,
  });
  let [stdout, all] = ['', ''];
  child.stdin.on('error', () => undefined).end(input ?? '');
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      if (stream === child.stdout) stdout += text;
      all += text;
      show?.(text);
    });
  return new Promise((resolve, reject) => {
    const stopped = () => new ModalkitError('STOPPED', `${command} was stopped.`);
    child.on('error', (error) =>
      signal?.aborted ? reject(stopped()) : resolve({ code: 127, stdout, all: error.message }),
    );
    child.on('close', (code) => (signal?.aborted ? reject(stopped()) : resolve({ code: code ?? 1, stdout, all })));
  });
}

/** npm: the one that started us, else the one beside Node, else the one on PATH. */
export function npmProgram(): Program {
  const own = process.env.npm_execpath;
  const beside = join(dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js');
  const file = own && basename(own) === 'npm-cli.js' ? own : existsSync(beside) ? beside : undefined;
  return file === undefined ? ['npm'] : [process.execPath, file];
}

/** pnpm on PATH, else the wanted one through npm, which fetches it by the user's own settings. */
export async function pnpmProgram(cwd: string, wanted = 'pnpm@10'): Promise<Program> {
  const env = { COREPACK_ENABLE_DOWNLOAD_PROMPT: '0' };
  const { code } = await runProgram(['pnpm'], ['--version'], { cwd, env });
  return code === 0 ? ['pnpm'] : [...npmProgram(), 'exec', '--yes', '--', wanted];
}

/** The last lines that a program said, for an error's sentence. */
export function lastWords({ all }: Ran, lines = 3): string {
  const said = all
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/A complete log of this run|npm notice/.test(line));
  return said.slice(-lines).join(' | ').slice(0, 600);
}
