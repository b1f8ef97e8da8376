import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findNative } from '@modalkit/backend';
import { isOutOfMemory } from '@modalkit/toolkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const CHILD = join(import.meta.dirname, 'memory', 'child.mjs');
const full = Boolean(process.env.MODALKIT_FULL);
const able = full && (await findNative()) && spawnSync('prlimit', ['--version']).status === 0;

interface Run {
  readonly step: number;
  readonly losses: readonly number[];
  readonly halved: readonly number[];
  /** The size that fits, in the newest checkpoint. */
  readonly stored: number | null;
  readonly peakBytes: number;
}

/** @param limit bytes of the address space */
function child<Result>(args: readonly string[], limit?: number): Result {
  const command = [process.execPath, CHILD, ...args];
  const [program, ...rest] = limit === undefined ? command : ['prlimit', `--as=${limit}`, ...command];
  const { stdout, stderr, status, signal } = spawnSync(program!, rest, {
    encoding: 'utf8',
    env: { ...process.env, MODALKIT_BACKEND: 'native' },
    timeout: 300_000,
  });
  expect({ status, signal }, stderr).toEqual({ status: 0, signal: null });
  return JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as Result;
}

describe.runIf(able)('F12: native TensorFlow in too small an address space', { timeout: 900_000 }, () => {
  let folder: string;
  let whole: Run;
  let limit: number;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'modalkit-memory-'));
    const trained = (name: string, ...more: string[]) => child<Run>(['train', join(folder, name), '4', ...more]);
    whole = trained('whole');
    const small = trained('8', '8');
    expect(whole).toMatchObject({ step: 4, halved: [], stored: null });
    expect(whole.peakBytes - small.peakBytes).toBeGreaterThan(2 ** 28);
    limit = Math.round((whole.peakBytes + small.peakBytes) / 2);
  }, 600_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('control: a step that nothing makes again in halves is refused there', () => {
    const { refused } = child<{ refused: string | null }>(['step'], limit);
    expect(isOutOfMemory({ message: refused! }), refused!).toBe(true);
    expect(child(['step'])).toEqual({ refused: null });
  });

  it('the run goes on in halves with the same losses, stores the size, and is resumed with it', () => {
    const run = join(folder, 'short');
    const short = child<Run>(['train', run, '4'], limit);
    expect(short.step).toBe(4);
    expect(short.halved.length).toBeGreaterThan(0);
    expect(short.halved.length).toBeLessThanOrEqual(Math.log2(32));
    expect(short.stored).toBe(short.halved.at(-1));
    expect(short.losses).toHaveLength(4);
    for (const [at, loss] of short.losses.entries())
      expect(loss / whole.losses[at]!, `step ${at + 1}`).toBeCloseTo(1, 4);
    const resumed = child<Run>(['train', run, '6'], limit);
    expect(resumed).toMatchObject({ step: 6, halved: [], stored: short.stored });
  });
});
