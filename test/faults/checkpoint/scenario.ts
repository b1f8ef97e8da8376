import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockFolder, openCheckpoints } from '../../../packages/core/src/checkpoint/index.js';
import { tinyCheckpoint } from './tiny-checkpoint.js';

/** A save to be disturbed: which checkpoints are there before and which step is saved. */
export interface Scenario {
  readonly name: string;
  readonly before: readonly number[];
  readonly step: number;
}

export const scenarios: readonly Scenario[] = [
  { name: 'the first save', before: [], step: 1 },
  { name: 'a save that retires an older one', before: [1, 2], step: 3 },
  { name: 'a save over one of the same step', before: [1, 2], step: 2 },
];

/** A run folder that is put back to the state before the save as often as wanted. */
export interface Stage {
  readonly folder: string;
  /** Every path that the save touches. */
  readonly paths: readonly string[];
  reset(): void;
  remove(): void;
}

export async function stageOf({ before, step }: Scenario): Promise<Stage> {
  const root = mkdtempSync(join(tmpdir(), 'modalkit-fault-'));
  const base = join(root, 'base');
  const folder = join(root, 'run');
  mkdirSync(base);
  const checkpoints = await openCheckpoints(base, { keep: 2 });
  for (const value of before) await checkpoints.save(value, tinyCheckpoint(value));
  const reset = () => {
    rmSync(folder, { recursive: true, force: true });
    cpSync(base, folder, { recursive: true });
  };
  return { folder, paths: pathsOf(folder, before, step), reset, remove: () => rmSync(root, { recursive: true }) };
}

function pathsOf(folder: string, before: readonly number[], step: number): string[] {
  const name = (value: number) => `step-${String(value).padStart(8, '0')}`;
  const steps = [...new Set([...before, step])];
  const folders = steps.flatMap((value) => [name(value), `.tmp-${name(value)}-retired`, `.old-${name(value)}`]);
  const files = ['weights.safetensors', 'optimiser.safetensors', 'state.json', 'manifest.json'];
  const all = [...folders, `.tmp-${name(step)}-1`].map((path) => join(folder, path));
  return [folder, ...all, ...all.flatMap((path) => files.map((file) => join(path, file)))];
}

/** What the next start finds; throws when a checkpoint is torn, was lost, or a leftover stays. */
export async function nextStart({ folder }: Stage, { before, step }: Scenario): Promise<number | undefined> {
  const lock = await lockFolder(folder);
  const checkpoints = await openCheckpoints(folder, { keep: 2, lock });
  const latest = await checkpoints.latest();
  const steps = (await checkpoints.list()).map((entry) => entry.step);
  const leftovers = readdirSync(folder).filter((name) => name.startsWith('.') && name !== '.lock');
  await lock.release();
  if (latest?.skipped.length) throw new Error(`torn: ${JSON.stringify(latest.skipped)}`);
  if (latest) {
    const [state, weights] = [
      latest.documents.state as { value: number },
      latest.tensors.weights!.get('fusion/query')!,
    ];
    if (state.value !== latest.step || weights.data[0] !== latest.step) throw new Error('mixed');
  }
  if (steps.length < before.length) throw new Error(`lost: ${steps} are left of ${before}, saving ${step}`);
  if (leftovers.length > 0) throw new Error(`left over: ${leftovers}`);
  return latest?.step;
}
