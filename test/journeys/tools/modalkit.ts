import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

export const BIN = fileURLToPath(new URL('../../../packages/cli/bin.mjs', import.meta.url));

/** How a command ended. */
export interface Ended {
  /** Exit code; 128 + number of the signal for a process that a signal killed. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The last line of stdout as JSON. */
  json(): Record<string, unknown>;
}

/** A command under way. */
export interface Started {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when what it printed so far matches, with the match. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
}

export interface Place {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Arguments of Node itself. */
  readonly node?: readonly string[];
  /** Its standard input is written to; else there is none. */
  readonly typed?: boolean;
  /** A program that is run instead of the command. */
  readonly program?: string;
}

/** Starts the built command in a process of its own, on plain JS unless `env` says otherwise. */
export function start(
  args: readonly string[],
  { cwd, env, node = [], typed = false, program = BIN }: Place = {},
): Started {
  const child = spawn(process.execPath, [...node, program, ...args], {
    cwd,
    env: { ...process.env, NODE_ENV: '', MODALKIT_BACKEND: 'js', ...env },
    stdio: [typed ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]!.setEncoding('utf8').on('data', (text: string) => {
      said[stream] += text;
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const json = () => JSON.parse(said.stdout.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
      resolve({ code: code ?? 128 + (signal ? constants.signals[signal] : 0), ...said, json });
    });
  });
  const printed = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(said.stdout + said.stderr);
        if (!match) return;
        listeners.delete(look);
        resolve(match);
      };
      listeners.add(look);
      ended.then(() => reject(new Error(`never printed ${pattern}:\n${said.stdout}${said.stderr}`)), reject);
      look();
    });
  return { process: child, ended, printed };
}

/** Runs the built command to its end. */
export function modalkit(args: readonly string[], place?: Place): Promise<Ended> {
  return start(args, place).ended;
}
