import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beganIn, markHooks, nameHook } from '@modalkit/core';
import { faultOf, readMarks, reportFault, takeFault } from './hook-faults.js';
import { endsItself } from './quit.js';

const WATCHER = fileURLToPath(new URL('./watcher.js', import.meta.url));

/**
 * Follows the hooks of plugins in this process. One that hangs is ended by a watcher after `limit` seconds; whatever ends the
 * process in a hook, the plugin and the hook are named, now and at the run's next start.
 */
export function supervise(run: string, limit: number, say: (line: string) => void): void {
  const before = takeFault(run);
  if (before) say(`The last start of this run: ${before}`);
  const marks = mkdtempSync(join(tmpdir(), 'modalkit-marks-'));
  markHooks(marks);
  const args = [WATCHER, marks, run, String(process.pid), String(limit)];
  const watcher = spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'inherit'] });
  watcher.on('error', (error) => say(`Hooks that hang cannot be ended: ${error.message}.`));
  watcher.unref();
  (watcher.stdin as unknown as { unref(): void }).unref();
  process.on('unhandledRejection', (reason) => {
    const what = reason instanceof Error ? reason.message : String(reason);
    const mark = beganIn();
    say(`${mark ? nameHook(mark) : 'A plugin'} left a rejection unhandled: ${what}`);
  });
  process.on('exit', (code) => {
    if (!endsItself()) {
      process.exitCode = 1;
      reportFault(run, faultOf(`The process was ended (exit code ${code})`, readMarks(marks)));
    }
    rmSync(marks, { recursive: true, force: true });
  });
}
