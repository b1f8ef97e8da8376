import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findNative, selectBackend } from '@modalkit/backend';
import type { RunEvent } from '@modalkit/contract';
import { infoNCE, train } from '@modalkit/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { meanSquare, memory, project, sample } from '../../packages/core/test/fixtures/test-project.js';
import { type Fault, TRAPPED, trappedSeries } from '../../packages/core/test/fixtures/trapped-series.js';
import { endOf, relativeDifference } from './captured-run.js';

const native = await findNative();
const STEPS = 96;
/** Rows that spoil a step with what `left` makes of them, and one whose `right` lets the loss jump. */
const BAD = [3, 4, 5];
const JUMPING = 9;
const samples = Array.from({ length: 18 }, (_, row) => ({
  ...sample(
    `s${row}`,
    { left: [BAD.includes(row) ? TRAPPED : row * 30], right: [row === JUMPING ? TRAPPED : 300 - row] },
    row / 20,
  ),
  split: row < 16 ? 'train' : 'test',
}));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modalkit-guards-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A run whose guards have much to do: its losses, and what guards did. */
async function run(fault: Fault, eager: boolean) {
  const losses: number[] = [];
  const notes: Extract<RunEvent, { kind: 'notice' }>[] = [];
  const report = (event: RunEvent) => {
    if (event.kind === 'step') losses.push(event.values.loss!);
    // Of a jump's deviations the last digits are rounding.
    if (event.kind === 'notice' && event.guard)
      notes.push({ ...event, message: event.message.replace(/\d+ robust/, 'robust') });
  };
  const { programs } = await train({
    runtime: project({
      inputs: { left: trappedSeries({ trap: { fault } }), right: trappedSeries({ trap: { fault: 'jump' } }) },
      objectives: { one: meanSquare({ input: 'left' }), two: meanSquare({ input: 'right' }), pair: infoNCE() },
      data: { source: memory(samples), batch: 2, workers: 0, cache: false as const },
      train: {
        ...{ steps: STEPS, saveEvery: 2, schedule: 'constant', learningRate: 0.001, eager },
        guards: { patience: 2, rollbacks: STEPS },
      },
    }),
    backend: await selectBackend(),
    folder: join(folder, String(eager)),
    reporters: [{ id: 'test', report }],
  });
  expect(programs['training step']?.mode).toBe(eager ? 'eager' : 'captured');
  return { losses, notes };
}

it.runIf(native).each<Fault>(process.env.MODALKIT_FULL ? ['nan', 'gradient'] : ['nan'])(
  '%s: a captured run skips, goes back and tells of spikes at the steps of one that runs operation by operation',
  async (fault) => {
    const [captured, eager] = [await run(fault, false), await run(fault, true)];
    const did = eager.notes.map(({ guard }) => guard!.did);
    expect(new Set(did)).toEqual(new Set(['skipped', 'rolledBack', 'sawSpike']));
    expect(captured.notes).toEqual(eager.notes);
    for (const [at, loss] of eager.losses.entries()) {
      if (Number.isFinite(loss)) expect(Math.abs(captured.losses[at]! - loss)).toBeLessThan(1e-3 * Math.max(1, loss));
      else expect(captured.losses[at]).toBe(loss);
    }
    const [end, other] = [await endOf(join(folder, 'false')), await endOf(join(folder, 'true'))];
    expect(relativeDifference(end, other)).toBeLessThan(1e-3);
  },
  300_000,
);
