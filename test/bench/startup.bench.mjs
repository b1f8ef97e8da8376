// How long a user waits: for help, and for the first step of the main job when everything is installed and looked at already.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { BIN, DIGITS, withDigits } from './tools/digits.mjs';
import { median } from './tools/median.mjs';

const RUNS = 15;

export const bench = () =>
  withDigits(async (folder) => {
    const help = [];
    for (let run = 0; run < RUNS; run++) help.push(await msUntil(['--help'], /^Usage: /m));
    const first = (name) => msUntil(['train', DIGITS, '--run', join(folder, name)], /^step 1\//m);
    await first('cold');
    return { helpMs: Math.round(median(help)), firstStepMs: Math.round(await first('warm')) };
  });

/** Milliseconds from the start of the command until it has ended, or, where it would go on, has printed this. */
function msUntil(args, pattern) {
  const start = performance.now();
  const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  let printed;
  const listen = (text) => {
    said += text;
    if (printed !== undefined || !pattern.test(said)) return;
    printed = performance.now() - start;
    if (args[0] !== '--help') child.kill('SIGKILL');
  };
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', listen);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => {
      if (printed === undefined)
        reject(new Error(`bench: modalkit ${args.join(' ')} never printed ${pattern}: ${said}`));
      else resolve(args[0] === '--help' ? performance.now() - start : printed);
    });
  });
}
