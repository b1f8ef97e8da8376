import { existsSync } from 'node:fs';
import { access, constants, mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Backend, type Json, ModalkitError, type Quarantined } from '@modalkit/contract';
import { onDisk, writeFileAtomic } from '../checkpoint/index.js';
import type { Runtime } from '../compose/index.js';
import { writeIndex } from '../search/index.js';
import type { Collected, EvaluationResult } from './evaluate.js';

/** What a run folder says of itself (`run.json`). */
export interface RunFile {
  readonly title: string;
  readonly description?: string;
  readonly configPath?: string;
  readonly config: Json;
  readonly plugins: Runtime['plugins'];
  readonly backend: Pick<Backend, 'id' | 'version' | 'device' | 'threads' | 'deterministic'>;
  readonly times: Readonly<Record<string, number>>;
  readonly versions: Readonly<Record<string, string>>;
}

/** Makes a run folder. @throws ModalkitError DISK when that is not possible */
export async function makeRunFolder(folder: string): Promise<void> {
  let present = folder;
  while (!existsSync(present)) present = dirname(present);
  await onDisk(folder, async () => {
    await access(present, constants.W_OK);
    await mkdir(join(folder, 'checkpoints'), { recursive: true });
  });
}

export async function writeRunFile(
  folder: string,
  runtime: Runtime,
  { id, version, device, threads, deterministic }: Backend,
  times: RunFile['times'],
): Promise<void> {
  const file: RunFile = {
    title: runtime.config.title ?? 'Modalkit run',
    description: runtime.config.description,
    configPath: runtime.configPath,
    config: runtime.resolved,
    plugins: runtime.plugins,
    backend: { id, version, device, threads, deterministic },
    times,
    versions: { node: process.version, platform: `${process.platform}-${process.arch}` },
  };
  await writeJson(join(folder, 'run.json'), file);
}

/** @throws ModalkitError USAGE when the folder holds no run */
export async function readRunFile(folder: string): Promise<RunFile> {
  const content = await readFile(join(folder, 'run.json'), 'utf8').catch((error) => {
    throw new ModalkitError(
      'USAGE',
      `${folder}: there is no run in this folder; train first, or name a run with --run.`,
      { folder },
      error,
    );
  });
  try {
    return JSON.parse(content) as RunFile;
  } catch (error) {
    throw new ModalkitError(
      'CHECKPOINT',
      `${join(folder, 'run.json')}: it is not JSON; restore it or train into another folder.`,
      { folder },
      error,
    );
  }
}

export async function writeQuarantine(folder: string, quarantined: readonly Quarantined[]): Promise<void> {
  await writeFileAtomic(
    join(folder, 'quarantine.jsonl'),
    quarantined.map((entry) => `${JSON.stringify(entry)}\n`).join(''),
  );
}

/** Results, those of each sample, and the split's embeddings that `query` searches. */
export async function writeEvaluation(folder: string, result: EvaluationResult, collected: Collected): Promise<void> {
  const { bySample, ...rest } = result;
  await writeIndex(folder, collected.samples, collected.inputs);
  const columns = Object.entries(bySample).map(([name, numbers]) => [name, Array.from(numbers)]);
  await writeFileAtomic(
    join(folder, 'by-sample.json'),
    `${JSON.stringify({ step: result.step, split: result.split, ids: collected.samples.map(({ id }) => id), values: Object.fromEntries(columns) })}\n`,
  );
  await writeJson(join(folder, 'evaluation.json'), rest);
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(value, null, 1)}\n`);
}
