import { mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Json, ModalkitError } from '@modalkit/contract';
import { onDisk, openCheckpoints, packState, writeFileAtomic } from '../checkpoint/index.js';
import { sha256 } from '../checkpoint/manifest.js';
import type { Runtime } from '../compose/index.js';
import { checkComposition } from '../train/check-checkpoint.js';
import { loadTrained } from '../train/load-trained.js';
import { readRunFile } from '../train/run-files.js';
import { encodeModelManifest, modelFiles } from './model-folder.js';
import { projectFiles } from './project-files.js';
import { runCard } from './run-card.js';

export interface ExportRunOptions {
  readonly runtime: Runtime;
  /** Run folder. */
  readonly folder: string;
  /** An empty or new folder. */
  readonly to: string;
  /** SPDX expression under which the model may be used. */
  readonly licence: string;
  /** What it was trained on, in words. */
  readonly about?: string;
  /** Without what `search` finds: the evaluated samples and their vectors. */
  readonly withoutIndex?: boolean;
}

export interface ExportedRun {
  readonly step: number;
  /** Of manifest.json, and so of every file. */
  readonly sha256: string;
  readonly bytes: number;
  readonly files: readonly string[];
  /** Damaged checkpoints that were passed over. */
  readonly skipped: readonly { readonly folder: string; readonly reason: string }[];
}

/**
 * Writes a trained run as one folder that another machine loads: weights and fitted statistics as a checkpoint without what only
 * training needs, the config with the files it imports, the versions of its packages, a model card; the manifest comes last.
 * @throws ModalkitError USAGE when the folder is not empty or the run has no config file, CHECKPOINT, DISK
 */
export async function exportRun(options: ExportRunOptions): Promise<ExportedRun> {
  const { runtime, folder, to, licence } = options;
  const present = await readdir(to).catch(() => []);
  if (present.length > 0)
    throw new ModalkitError('USAGE', `${to}: the folder is not empty; name an empty or new one.`, { to });
  const { weights, states, step, skipped } = await loadTrained(folder, (plugins) =>
    checkComposition(runtime.plugins, plugins, folder),
  );
  const { files, config, packages } = await projectFiles(runtime);
  const run = await readRunFile(folder);
  const evaluation = await readFile(join(folder, 'evaluation.json')).catch(() => undefined);
  const numbers = [...weights.values()].reduce((sum, { data }) => sum + data.length, 0);
  const metrics = evaluation ? JSON.parse(String(evaluation)).values : {};
  const about = options.about ?? runtime.config.description;
  const content = new Map<string, string | Uint8Array>([
    ...files,
    ...(options.withoutIndex ? [] : await indexOf(folder)),
    ...(evaluation ? [['evaluation.json', evaluation] as const] : []),
    ['run.json', json({ ...run, configPath: config })],
    ['package.json', json({ name: 'modalkit-model', private: true, type: 'module', dependencies: packages })],
    ['MODEL_CARD.md', runCard({ runtime, title: run.title, step, numbers, packages, metrics, licence, about })],
  ]);
  for (const [name, data] of content) {
    await onDisk(to, () => mkdir(dirname(join(to, name)), { recursive: true }));
    await writeFileAtomic(join(to, name), data);
  }
  const learnt = packState(Object.fromEntries(Object.entries(states).filter(([, state]) => state !== undefined)));
  const checkpoints = await openCheckpoints(join(to, 'checkpoints'), { keep: 2 });
  await checkpoints.save(step, {
    tensors: { weights, states: learnt.tensors },
    documents: {
      ...{ states: learnt.json, config: runtime.resolved, plugins: runtime.plugins as unknown as Json },
      state: { step, seed: runtime.seed },
    },
  });
  const listed = await listFiles(to);
  const manifest = encodeModelManifest({ step, created: new Date().toISOString(), files: listed });
  await writeFileAtomic(join(to, 'manifest.json'), manifest.content);
  const bytes = listed.reduce((sum, { size }) => sum + size, 0);
  return { step, sha256: manifest.sha256, bytes, skipped, files: listed.map(({ path }) => path) };
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 1)}\n`;
}

/** What `search` reads, of a run that was evaluated. */
async function indexOf(folder: string): Promise<[string, Uint8Array][]> {
  const names = await readdir(join(folder, 'index')).catch(() => []);
  return Promise.all(
    names.map(async (name) => [`index/${name}`, new Uint8Array(await readFile(join(folder, 'index', name)))] as const),
  ) as Promise<[string, Uint8Array][]>;
}

/** Every file of the model, with size and hash. */
async function listFiles(folder: string) {
  return Promise.all(
    (await modelFiles(folder)).map(async (path) => {
      const data = await readFile(join(folder, path));
      return { path, size: data.length, sha256: sha256(data) };
    }),
  );
}
