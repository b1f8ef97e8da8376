import { existsSync } from 'node:fs';
import { access, constants, mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Backend, type Json, ModalkitError, type Quarantined, type Sample } from '@modalkit/contract';
import { onDisk, readSafetensors, writeFileAtomic, writeSafetensors } from '../checkpoint/index.js';
import type { Runtime } from '../compose/index.js';
import type { Collected, Embedded, EvaluationResult } from './evaluate.js';

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
  const rows = Object.entries(collected.inputs).map(
    ([name, { rows, present, width }]) => [name, compact(rows, present, width)] as const,
  );
  const tensors = new Map(
    rows.map(([name, { vectors, width }]) => [
      name,
      { dtype: 'float32', shape: [vectors.length / width, width], data: vectors } as const,
    ]),
  );
  const members = Object.fromEntries(rows.map(([name, { indices }]) => [name, indices]));
  await writeFileAtomic(join(folder, 'index.safetensors'), writeSafetensors(tensors));
  await writeJson(join(folder, 'index.json'), {
    step: result.step,
    split: result.split,
    members,
    samples: collected.samples,
  });
  const columns = Object.entries(bySample).map(([name, numbers]) => [name, Array.from(numbers)]);
  await writeFileAtomic(
    join(folder, 'by-sample.json'),
    `${JSON.stringify({ step: result.step, split: result.split, ids: collected.samples.map(({ id }) => id), values: Object.fromEntries(columns) })}\n`,
  );
  await writeJson(join(folder, 'evaluation.json'), rest);
}

/** Vectors of one input of the evaluated split and the samples they are of. */
export interface Index {
  readonly width: number;
  readonly vectors: Float32Array;
  readonly samples: readonly Sample[];
}

/** @throws ModalkitError USAGE when the run was not evaluated, CHECKPOINT when the index is damaged */
export async function readIndex(folder: string, input: string): Promise<Index> {
  const file = join(folder, 'index.safetensors');
  const [bytes, content] = await Promise.all([readFile(file), readFile(join(folder, 'index.json'), 'utf8')]).catch(
    (error) => {
      throw new ModalkitError(
        'USAGE',
        `${folder}: the run has no embeddings to search; run \`modalkit eval\` first.`,
        { folder },
        error,
      );
    },
  );
  const tensor = readSafetensors(bytes, file).tensors.get(input);
  const { members, samples } = JSON.parse(content) as { members: Record<string, number[]>; samples: Sample[] };
  const mine = members[input];
  if (!tensor || !mine || tensor.shape[0] !== mine.length) {
    throw new ModalkitError(
      'CHECKPOINT',
      `${file}: the embeddings of "${input}" do not match index.json; run \`modalkit eval\` again.`,
      { folder },
    );
  }
  return {
    width: tensor.shape[1]!,
    vectors: tensor.data as Float32Array,
    samples: mine.map((index) => samples[index]!),
  };
}

function compact(rows: Float32Array, present: Embedded['present'], width: number) {
  const indices = Array.from(present.keys()).filter((index) => present[index]);
  const vectors = new Float32Array(indices.length * width);
  for (const [place, index] of indices.entries())
    vectors.set(rows.subarray(index * width, (index + 1) * width), place * width);
  return { indices, vectors, width };
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(value, null, 1)}\n`);
}
