import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildChild } from './build-child.js';
import type { Task, Told } from './samples/child.js';
import { writeDataset } from './samples/write-dataset.js';

const full = Boolean(process.env.MODALKIT_FULL);
/** Good samples, bad ones of each of the ten ways, samples of a batch. */
const [GOOD, EACH, BATCH] = full ? [950, 5, 50] : [10, 1, 5];
/** Anyone but root, who may read everything. */
const NOBODY = 65_534;
const owner = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

let child: string;
beforeAll(async () => {
  child = await buildChild(join(import.meta.dirname, 'samples', 'child.ts'), ['sharp']);
  for (const path of [dirname(child), child]) chmodSync(path, 0o755);
});
afterAll(() => rmSync(dirname(child), { recursive: true }));

function read(task: Task): Told {
  const { stdout, stderr, status } = spawnSync(process.execPath, [child, JSON.stringify(task)], {
    ...{ ...owner, cwd: dirname(task.manifest), maxBuffer: 2 ** 28, encoding: 'utf8' },
  });
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout);
}

describe.each(['audio', 'video', 'sensor'] as const)('F10: bad samples of %s', { timeout: 1_800_000 }, (input) => {
  let folder: string;
  let data: ReturnType<typeof writeDataset>;
  let told: Told;
  const task = (change: Partial<Task> = {}): Task => ({
    ...{ manifest: data.all, input, batch: BATCH, budget: 0.5, hides: false, ...change },
  });
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'modalkit-坏-'));
    data = writeDataset(input, folder, GOOD, EACH);
    if (owner.uid !== undefined) for (const path of [folder, dirname(data.all)]) chownSync(path, owner.uid, owner.gid);
    told = read(task());
  }, 1_800_000);
  afterAll(() => {
    execFileSync('chmod', ['-R', 'u+rwX', folder]);
    rmSync(folder, { recursive: true });
  });

  it('are quarantined, exactly they, each with id, file, input, stage, code and reason', () => {
    const bad = data.rows.filter(({ way }) => way !== undefined);
    expect(bad).toHaveLength(10 * EACH);
    expect(told.quarantined.map(({ id }) => id).sort()).toEqual(bad.map(({ id }) => id).sort());
    for (const { id, file, way } of bad) {
      const { stage, reason } = data.ways[way!]!;
      const entry = told.quarantined.find((one) => one.id === id);
      expect(entry, way).toMatchObject({ file, input, stage, code: 'SAMPLE', reason: expect.stringMatching(reason) });
    }
  });

  it('leave the others as they were: the same batches in the same order as without them', () => {
    const without = read(task({ manifest: data.good, budget: 0 }));
    expect(without.quarantined).toEqual([]);
    expect(told.ids).toHaveLength(GOOD);
    expect([told.ids, told.arrays]).toEqual([without.ids, without.arrays]);
  });

  it('are the same when a run is taken up again, which prepares none of the good ones anew', () => {
    const again = read(task());
    expect([again.quarantined, again.ids, again.arrays]).toEqual([told.quarantined, told.ids, told.arrays]);
    expect(told.prepared).toBeGreaterThanOrEqual(GOOD);
    expect(again.prepared).toBe(0);
  });

  it('stop a run that may lose 1 % of its samples', () => {
    const { error } = read(task({ budget: 0.01 }));
    expect(error).toMatchObject({ code: 'BUDGET' });
    expect(error!.message).toContain(`${10 * EACH} of ${GOOD + 10 * EACH} samples are unusable`);
  });

  // The control: the same measures find out an adapter that hides what it cannot read.
  it('control: would be among the others if an adapter gave something for each', () => {
    const hidden = read(task({ hides: true }));
    expect(hidden.quarantined).toHaveLength(5 * EACH);
    expect(hidden.ids).not.toEqual(told.ids);
    expect(hidden.arrays).not.toBe(told.arrays);
  });
});
