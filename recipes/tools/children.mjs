import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const running = new Set();
const interruption = new AbortController();
const GRACE_MS = 2_000;

/** Aborts when the user or the system asks this process to stop. */
export const interrupted = interruption.signal;

/** From now on Ctrl-C, SIGTERM and SIGHUP end every child, and what a child has started, before this process exits. */
export function stopChildrenOnSignals() {
  for (const [signal, number] of Object.entries({ SIGINT: 2, SIGTERM: 15, SIGHUP: 1 })) {
    process.once(signal, () => {
      interruption.abort(new Error(`stopped by ${signal}`));
      stopAll('SIGTERM');
      const end = () => process.exit(128 + number);
      setTimeout(() => {
        stopAll('SIGKILL');
        end();
      }, GRACE_MS).unref();
      Promise.all([...running].map((child) => child.closed)).then(end);
    });
  }
}

/**
 * Runs a program with an array of arguments and no shell; its output goes to the file `log` and, if `show`, to the terminal.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, log?: string, show?: boolean }} [options]
 * @returns {Promise<{ code: number, output: string }>} code 127 when it could not be started; `output` holds the end of what it said
 */
export function runChild(command, args, { cwd, env, log, show = false } = {}) {
  const own = process.platform !== 'win32';
  const child = spawn(command, args, { cwd, env, detached: own, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
  const file = log === undefined ? undefined : openLog(log);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output = (output + text).slice(-20_000);
      if (file !== undefined) writeSync(file, text);
      if (show) process.stdout.write(text);
    });
  }
  const entry = { pid: child.pid, own, closed: Promise.resolve() };
  const closed = new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: 127, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
  entry.closed = closed.then(() => {
    running.delete(entry);
    if (file !== undefined) closeSync(file);
  });
  running.add(entry);
  return closed;
}

function openLog(path) {
  mkdirSync(dirname(path), { recursive: true });
  return openSync(path, 'a');
}

/** A child of ours leads its own process group: the group is what gets the signal. */
function stopAll(signal) {
  for (const { pid, own } of running) {
    try {
      if (pid !== undefined) process.kill(own ? -pid : pid, signal);
    } catch {
      // it has ended already
    }
  }
}
