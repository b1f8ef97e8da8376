import { access, constants, mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ModalkitError, type Quarantined, type RunEvent, type Sample } from '@modalkit/contract';
import { onDisk } from '../checkpoint/index.js';
import { checkBudget } from '../data/check-budget.js';
import { listFiles } from '../data/list-files.js';
import { type Loader, openLoader } from '../data/loader.js';
import { type InputVectors, writeIndex } from '../search/index.js';
import { embedBatch, embeddingPass, LEAST_CAPTURED } from '../train/embed.js';
import type { Model } from '../train/model.js';
import { fanOut } from '../train/open-data.js';
import type { EmbeddedFolder, EmbedFolderOptions } from './run-answers.js';
import { type TakenFiles, takenFiles } from './taken-files.js';

/** Embeds the files of a folder that a run's inputs take, prepared as for training, and writes an index of them. */
export async function embedFolder(
  model: Model,
  step: number,
  folder: string,
  { out, input: named, reporters = [], signal }: EmbedFolderOptions,
): Promise<EmbeddedFolder> {
  const { runtime } = model;
  const root = resolve(folder);
  const report = fanOut([...runtime.reporters, ...reporters]);
  const listed = await listFiles(root);
  const { taken, passedOver } = await takenFiles(runtime, root, listed.files, { named, signal });
  for (const sample of listed.rejected) report({ kind: 'quarantine', sample });
  if (taken.size === 0) throw nothingTaken(model, root, passedOver.length + listed.rejected.length, named);
  await onDisk(out, async () => {
    await mkdir(out, { recursive: true });
    await access(out, constants.W_OK);
  });
  const notice = (message: string) => report({ kind: 'notice', message });
  // On disk nothing is kept of them: a folder may hold more than the disk does when prepared.
  const project = { ...runtime, data: { ...runtime.data, cache: false as const } };
  const loader = openLoader(project, model.states, root, { signal, onNotice: notice });
  const kept: Kept = { samples: [], rows: new Map(), quarantined: [...listed.rejected] };
  try {
    for (const [input, samples] of taken) await embedFiles(model, loader, { input, samples, signal }, kept, report);
  } catch (error) {
    throw signal?.aborted ? stopped(kept, taken) : error;
  } finally {
    await loader.close();
  }
  if (kept.samples.length === 0)
    throw new ModalkitError(
      'DATA',
      `${root}: none of the files could be read; mend them. First: ${kept.quarantined[0]!.reason}`,
      { folder: root },
    );
  await writeIndex(out, kept.samples, vectorsOf(model, kept));
  const embedded = Object.fromEntries([...kept.rows].map(([input, rows]) => [input, rows.length]));
  return { embedded, passedOver, quarantined: kept.quarantined, step, out };
}

/** What is embedded so far: samples, and of each input the places and vectors of those that have it. */
interface Kept {
  readonly samples: Sample[];
  readonly rows: Map<string, { readonly at: number; readonly vector: Float32Array }[]>;
  readonly quarantined: Quarantined[];
}

interface Task {
  readonly input: string;
  readonly samples: readonly Sample[];
  readonly signal?: AbortSignal;
}

async function embedFiles(
  model: Model,
  loader: Loader,
  { input, samples, signal }: Task,
  kept: Kept,
  report: (event: RunEvent) => void,
): Promise<void> {
  const { data, config } = model.runtime;
  const { width } = config.space;
  const size = Math.min(data.batch, config.train.microbatch ?? data.batch);
  const pass = embeddingPass(model, input, samples.length >= LEAST_CAPTURED * size);
  const rows: { at: number; vector: Float32Array }[] = [];
  kept.rows.set(input, rows);
  const progress = (done: number) =>
    report({ kind: 'progress', task: `embedding ${input}, files`, done, total: samples.length });
  progress(0);
  for await (const { step, batch } of loader.batchesOf(samples, input, size)) {
    const vectors = await embedBatch(model, { ...batch, targets: {} }, pass);
    const from = step * size;
    const present = batch.inputs[input]!.present.data;
    for (const [row, sample] of samples.slice(from, from + size).entries()) {
      if (!present[row]) continue;
      rows.push({ at: kept.samples.length, vector: vectors.slice(row * width, (row + 1) * width) });
      kept.samples.push(sample);
    }
    for (const sample of batch.quarantined) report({ kind: 'quarantine', sample });
    kept.quarantined.push(...batch.quarantined);
    // Each may have cost a worker or a time limit.
    const faults = kept.quarantined.filter(({ code }) => code === 'PLUGIN');
    checkBudget(faults, samples.length, data.budget);
    progress(Math.min(samples.length, from + size));
    // Batches made ahead would still come.
    signal?.throwIfAborted();
  }
}

function vectorsOf({ runtime }: Model, { samples, rows }: Kept): Record<string, InputVectors> {
  const { width } = runtime.config.space;
  const inputs = [...rows].map(([input, own]) => {
    const vectors: InputVectors = {
      width,
      rows: new Float32Array(samples.length * width),
      present: new Uint8Array(samples.length),
    };
    for (const { at, vector } of own) {
      vectors.rows.set(vector, at * width);
      vectors.present[at] = 1;
    }
    return [input, vectors] as const;
  });
  return Object.fromEntries(inputs);
}

function nothingTaken({ runtime }: Model, root: string, files: number, named: string | undefined): ModalkitError {
  const asked = named ?? runtime.inputNames.filter((name) => runtime.inputs[name]!.adapter.files).join(', ');
  const problem =
    files === 0 ? 'there are no files in this folder' : `none of its ${files} files is one that ${asked} takes`;
  return new ModalkitError('DATA', `${root}: ${problem}; name a folder with files of this run's inputs.`, {
    folder: root,
  });
}

function stopped({ samples }: Kept, taken: TakenFiles['taken']): ModalkitError {
  const total = [...taken.values()].reduce((sum, { length }) => sum + length, 0);
  return new ModalkitError('STOPPED', `Stopped after ${samples.length} of ${total} files; no index was written.`);
}
