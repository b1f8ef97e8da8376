// Started by `supervise` as a process of its own: node watcher.js <folder of marks> <run folder> <process> <seconds>.
// It names the hook that the process hangs in or was ended in, when that process cannot say so any more.
import { existsSync, rmSync } from 'node:fs';
import { faultOf, readMarks, reportFault } from './hook-faults.js';

const PERIOD_MS = 250;
const [, , marks, run, pid, seconds] = process.argv as unknown as [string, string, string, string, string, string];

/** Of the hook that the main thread is in. Only what this process lives through counts: a machine may sleep. */
let seen = { count: -1, forMs: 0 };
let last = performance.now();

function look(): void {
  const now = performance.now();
  const passed = Math.min(now - last, 2 * PERIOD_MS);
  last = now;
  const main = readMarks(marks).find(({ thread }) => thread === 'main');
  if (!main) return;
  seen = { count: main.count, forMs: main.count === seen.count ? seen.forMs + passed : 0 };
  const limit = main.mark?.limit ?? Number(seconds);
  if (!main.mark || seen.forMs < limit * 1000) return;
  reportFault(run, faultOf(`Ended after ${limit} s without progress`, [main]));
  process.kill(Number(pid), 'SIGKILL');
  end();
}

function end(): never {
  rmSync(marks, { recursive: true, force: true });
  process.exit();
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
setInterval(look, PERIOD_MS);
// The pipe closes with the process; one that ends by itself takes its marks away first.
process.stdin.resume().on('close', () => {
  if (existsSync(marks))
    reportFault(run, faultOf('The process was ended (killed, or out of memory)', readMarks(marks)));
  end();
});
