import { resolve } from 'node:path';
import { type BackendId, describeBackend, selectBackend } from '@modalkit/backend';
import { type Config, checkModelFolder, type OpenRun, openRun, type Runtime, readRunFile } from '@modalkit/core';
import { newestRun } from './find-project.js';
import { configOfRun, runtimeOfRun } from './project-of-run.js';

export interface LoadOptions {
  /** Folder of the run's project, or its config file; the one it was trained with when left out. */
  readonly project?: string;
  /** The backend to begin with; the fastest that starts when left out. */
  readonly backend?: BackendId;
  /** Threads of the backend. */
  readonly threads?: number;
  /** Whether a sample may name a file, by its path from the current folder: not where strangers ask. True when left out. */
  readonly files?: boolean;
  /** Folder whose index is searched, such as one that `embedFolder` wrote to; the run's own when left out. */
  readonly index?: string;
  /** SHA-256 of an exported model's manifest.json: another model is refused before its config is run. */
  readonly sha256?: string;
  /** Told what people may want to know: the backend, damaged checkpoints that were passed over, what is not captured and why. */
  notice?(sentence: string): void;
}

/**
 * Loads a trained run, or an exported model, to ask it questions: `load<typeof config>(run)` knows its inputs and heads by name.
 * No code of training is loaded.
 * @param run its folder; the newest below ./runs when left out
 * @throws ModalkitError USAGE when there is no run, CHECKPOINT when it is damaged or of other plugins, BACKEND
 */
export async function load<C = Config>(run?: string, options: LoadOptions = {}): Promise<OpenRun<C>> {
  const { project, backend: prefer, threads, files, index, sha256, notice = () => undefined } = options;
  const folder = run === undefined ? await newestRun() : resolve(run);
  await checkModelFolder(folder, sha256);
  const runtime = await runtimeOfRun(folder, await configOfRun(folder, project));
  for (const difference of await otherVersions(folder, runtime)) notice(difference);
  const backend = await selectBackend({ prefer, threads, onNotice: notice });
  notice(`Backend: ${describeBackend(backend)}`);
  const opened = await openRun<C>({ runtime, folder, backend, files, index, notice });
  for (const { folder: damaged, reason } of opened.skipped)
    notice(`Passed over the damaged checkpoint ${damaged}: ${reason}`);
  return opened;
}

/** Plugins whose version is not the one that the run was trained with. */
async function otherVersions(folder: string, { plugins }: Runtime): Promise<string[]> {
  const trained = (await readRunFile(folder)).plugins;
  const sentences = plugins.flatMap(({ slot, id, version }) => {
    const then = trained.find((plugin) => plugin.slot === slot && plugin.id === id)?.version;
    return then === version ? [] : [`${id} is ${version ?? 'of no version'} here, the run was trained with ${then}.`];
  });
  return [...new Set(sentences)];
}
