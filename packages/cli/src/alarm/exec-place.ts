import { spawn } from 'node:child_process';
import { ModalkitError } from '@modalkit/core';
import type { Place, Told } from './place.js';

/** After which a program is ended that has not ended by itself. */
const TIMEOUT_MS = 30_000;
/** Of what it says that is kept. */
const MOST_SAID = 4096;

/**
 * A program that is started for each alarm, which it reads as one JSON line; no shell sees it.
 * @param text the program and its arguments as a JSON array
 * @throws ModalkitError USAGE when it is none
 */
export function execPlace(text: string | undefined): Place {
  const [program, ...args] = commandOf(text);
  return { name: 'exec', deliver: (alarm, signal) => run(program, args, alarm, signal) };
}

function commandOf(text = ''): [string, ...string[]] {
  const words = parsed(text);
  if (Array.isArray(words) && words[0] && words.every((word) => typeof word === 'string')) return words as [string];
  throw new ModalkitError(
    'USAGE',
    `--exec ${text}: give the program and its arguments as a JSON array, such as '["notify-send","Alarm"]'.`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function run(program: string, args: readonly string[], alarm: Told, signal: AbortSignal): Promise<void> {
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  const child = spawn(program, args, {
    stdio: ['pipe', 'ignore', 'pipe'],
    signal: AbortSignal.any([signal, limit]),
    killSignal: 'SIGKILL',
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    said = (said + part).slice(-MOST_SAID);
  });
  // A program need not read what it is told.
  child.stdin.on('error', () => undefined);
  child.stdin.end(`${JSON.stringify(alarm)}\n`);
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (limit.aborted) reject(new Error(`${program} did not end in ${TIMEOUT_MS / 1000} s`));
      else reject(new Error(`${program}: ${error.code ?? error.message}`));
    });
    child.once('close', (code, killed) => {
      if (code === 0) return resolve();
      const last = said.trim().split('\n').at(-1);
      reject(new Error(`${program} ended with ${killed ?? code}${last ? `: ${last}` : ''}`));
    });
  });
}
