import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Measured, ModalkitError, writeFileAtomic } from '@modalkit/core';
import type { Output } from '../output.js';

const BIN = fileURLToPath(new URL('../bin.mjs', import.meta.url));

/** What `modalkit train` says of a run that is finished (its summary.json). */
export interface RunSummary {
  readonly values: Readonly<Record<string, Measured>>;
  readonly step: number;
  readonly trainSeconds: number;
  readonly peakRssMb: number;
  readonly parameters: number;
}

/**
 * Trains one run in a process of its own, or goes on with it; one that is finished is only read.
 * @param args of `modalkit train`, besides the run's folder
 * @returns the exit code where it failed
 * @throws ModalkitError STOPPED when the signal aborts, USAGE when the folder's run has other settings
 */
export async function trainVariant(
  folder: string,
  args: readonly string[],
  output: Output,
  signal: AbortSignal,
): Promise<RunSummary | number> {
  await checkSettings(folder, args);
  const summary = join(folder, 'summary.json');
  if (!existsSync(summary)) {
    const code = await runTrain([...args, '--run', folder, '--no-report'], output, signal);
    if (signal.aborted) throw new ModalkitError('STOPPED', 'Stopped; the same command goes on from there.');
    if (code !== 0) return code;
  }
  return JSON.parse(await readFile(summary, 'utf8')) as RunSummary;
}

/** A run goes on with the settings that it was begun with, and no others. */
async function checkSettings(folder: string, args: readonly string[]): Promise<void> {
  const file = join(folder, 'settings.json');
  const settings = `${JSON.stringify(args)}\n`;
  const before = await readFile(file, 'utf8').catch(() => undefined);
  if (before !== undefined && before !== settings)
    throw new ModalkitError(
      'USAGE',
      `${folder}: this training was begun with other settings (${before.trim()}); use those, or name another folder with --run.`,
      { folder },
    );
  await mkdir(folder, { recursive: true });
  if (before === undefined) await writeFileAtomic(file, settings);
}

/** In a process group of its own, so that a stop reaches it once: from here. */
function runTrain(args: readonly string[], { json }: Output, signal: AbortSignal): Promise<number> {
  const child = spawn(process.execPath, [BIN, 'train', ...args], {
    stdio: ['ignore', json ? process.stderr : 'inherit', 'inherit'],
    detached: process.platform !== 'win32',
  });
  const stop = () => child.kill('SIGINT');
  const end = () => child.kill('SIGKILL');
  signal.addEventListener('abort', stop);
  process.on('exit', end);
  return new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 137));
  }).finally(() => {
    signal.removeEventListener('abort', stop);
    process.off('exit', end);
  });
}
