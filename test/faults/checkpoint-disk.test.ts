import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCheckpoints } from '../../packages/core/src/checkpoint/index.js';
import { buildChild } from './build-child.js';
import { nextStart, scenarios, stageOf } from './checkpoint/scenario.js';
import { tinyCheckpoint } from './checkpoint/tiny-checkpoint.js';
import { type Point, pointsOf, sampled, straceMissing, type Traced, traced } from './checkpoint/trace.js';

const missing = straceMissing();
if (missing) console.log(`Skipped: saves on a failing disk: ${missing}.`);

/** Calls that change the disk, and the faults each is given. */
const writing = /^(openat|mkdir|write|pwrite64|fsync|rename)$/;
const errors = ['ENOSPC', 'EIO', 'EDQUOT', 'EROFS'];

describe.skipIf(missing)('a save on a failing disk', { timeout: 1_200_000 }, () => {
  let child: string;
  beforeAll(async () => {
    child = await buildChild(join(import.meta.dirname, 'checkpoint', 'child.ts'));
  });
  afterAll(() => rmSync(dirname(child), { recursive: true }));

  it.each(scenarios)('is refused with file and errno, and nothing before it is lost: $name', async (scenario) => {
    const stage = await stageOf(scenario);
    const args = ['save', stage.folder, String(scenario.step)];
    stage.reset();
    const points = pointsOf(traced(child, args, stage.paths)).filter(({ call }) => writing.test(call));
    const faults = points.flatMap((point) => errors.map((error) => ({ ...point, error })));
    const chosen = sampled(faults, 6);
    for (const { call, nth, error } of chosen) {
      stage.reset();
      const run = traced(child, args, stage.paths, `${call}:error=${error}:when=${nth}`);
      expectFired(run, { call, nth });
      if (run.outcome.saved === undefined) {
        expect(['DISK', 'CHECKPOINT'], run.outcome.message).toContain(run.outcome.code);
        expect(run.outcome.message).toContain(stage.folder);
        expect(run.outcome.message).toContain(`(${error})`);
      }
      if (['write', 'fsync'].includes(call)) expect(run.outcome.saved).toBeUndefined();
      const found = await nextStart(stage, scenario);
      if (run.outcome.saved !== undefined) expect(found).toBe(scenario.step);
    }
    stage.remove();
    console.log(`${scenario.name}: ${chosen.length} of ${faults.length} faults, all refused or done, 0 lost`);
    expect(faults.length).toBeGreaterThan(60);
  });

  it('finds out about a disk that says it wrote and did not', async () => {
    const scenario = scenarios[1]!;
    const stage = await stageOf(scenario);
    const args = ['save', stage.folder, '3'];
    stage.reset();
    const writes = pointsOf(traced(child, args, stage.paths)).filter(({ call }) => /^p?write(64)?$/.test(call));
    for (const point of sampled(writes, 2)) {
      stage.reset();
      const run = traced(child, args, stage.paths, `${point.call}:retval=1:when=${point.nth}`);
      expectFired(run, point);
      expect(run.outcome.code, run.outcome.message).toBe('CHECKPOINT');
      const found = await openCheckpoints(stage.folder, { keep: 2 });
      expect((await found.list()).map(({ step }) => step)).toEqual([1, 2, 3]);
      expect((await found.latest())!.step).toBe(2);
    }
    stage.remove();
    expect(writes.length).toBeGreaterThanOrEqual(4);
  });

  // The control: without a fault the same child saves, and an error it ignores is not counted as refused.
  it('saves when nothing fails', async () => {
    const stage = await stageOf(scenarios[1]!);
    stage.reset();
    const run = traced(child, ['save', stage.folder, '3'], stage.paths);
    expect(run.outcome).toEqual({ saved: 3 });
    expect(() => expectFired(run, { call: 'write', nth: 1 })).toThrow();
    stage.remove();
  });
});

function expectFired({ lines }: Traced, { call, nth }: Point): void {
  expect(
    lines.some((line) => line.includes('(INJECTED)')),
    `${call} ${nth} was reached`,
  ).toBe(true);
}

/** Mounts a small disk in memory, or returns undefined where that is not permitted. */
function smallDisk(options: string): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'modalkit-disk-'));
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).status === 0) return folder;
  rmSync(folder, { recursive: true });
  console.log('Skipped: saves on a full disk: a tmpfs cannot be mounted here.');
  return undefined;
}

function removeDisk(folder: string): void {
  spawnSync('umount', [folder]);
  rmSync(folder, { recursive: true });
}

describe('a save on a full disk', () => {
  it('is refused before it writes, and goes on once there is room', async () => {
    const folder = smallDisk('size=1m');
    if (folder === undefined) return;
    const checkpoints = await openCheckpoints(folder, { keep: 2 });
    for (const step of [1, 2]) await checkpoints.save(step, tinyCheckpoint(step, 10_000));
    writeFileSync(join(folder, 'filler'), Buffer.alloc(896 * 1024));
    await expect(checkpoints.save(3, tinyCheckpoint(3, 10_000))).rejects.toMatchObject({
      code: 'DISK',
      message: expect.stringMatching(/0\.0 MiB are free and 0\.1 MiB needed|MiB are free and/),
    });
    expect(readdirSync(folder).sort()).toEqual(['filler', 'step-00000001', 'step-00000002']);
    expect((await checkpoints.latest())!.step).toBe(2);
    rmSync(join(folder, 'filler'));
    await checkpoints.save(3, tinyCheckpoint(3, 10_000));
    expect((await checkpoints.list()).map(({ step }) => step)).toEqual([2, 3]);
    removeDisk(folder);
  });

  it('is refused when the disk takes no more files', async () => {
    const folder = smallDisk('size=1m,nr_inodes=18');
    if (folder === undefined) return;
    const checkpoints = await openCheckpoints(folder, { keep: 2 });
    for (const step of [1, 2]) await checkpoints.save(step, tinyCheckpoint(step));
    await expect(checkpoints.save(3, tinyCheckpoint(3))).rejects.toMatchObject({
      code: 'DISK',
      message: expect.stringContaining('more files'),
    });
    expect((await checkpoints.latest())!.step).toBe(2);
    removeDisk(folder);
  });

  // The control: a writer that asks nobody beforehand leaves a torn file there.
  it('tears a writer that does not look first', () => {
    const folder = smallDisk('size=64k');
    if (folder === undefined) return;
    expect(() => writeFileSync(join(folder, 'weights'), Buffer.alloc(2 ** 17, 1))).toThrow('ENOSPC');
    expect(readdirSync(folder)).toEqual(['weights']);
    removeDisk(folder);
  });
});
