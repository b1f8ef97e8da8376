import { resolve } from 'node:path';
import { type BackendId, describeBackend, selectBackend } from '@modalkit/backend';
import { type Config, type OpenRun, openRun } from '@modalkit/core';
import { newestRun } from './find-project.js';
import { configOfRun, runtimeOfRun } from './project-of-run.js';

export interface LoadOptions {
  /** Folder of the run's project, or its config file; the one it was trained with when left out. */
  readonly project?: string;
  /** The backend to begin with; the fastest that starts when left out. */
  readonly backend?: BackendId;
  /** Threads of the backend. */
  readonly threads?: number;
  /** Told what people may want to know: the backend, damaged checkpoints that were passed over. */
  notice?(sentence: string): void;
}

/**
 * Loads a trained run, or an exported model, to ask it questions: `load<typeof config>(run)` knows its inputs and heads by name.
 * No code of training is loaded.
 * @param run its folder; the newest below ./runs when left out
 * @throws ModalkitError USAGE when there is no run, CHECKPOINT when it is damaged or of other plugins, BACKEND
 */
export async function load<C = Config>(run?: string, options: LoadOptions = {}): Promise<OpenRun<C>> {
  const { project, backend: prefer, threads, notice = () => undefined } = options;
  const folder = run === undefined ? await newestRun() : resolve(run);
  const runtime = await runtimeOfRun(folder, await configOfRun(folder, project));
  const backend = await selectBackend({ prefer, threads, onNotice: notice });
  notice(`Backend: ${describeBackend(backend)}`);
  const opened = await openRun<C>({ runtime, folder, backend });
  for (const { folder: damaged, reason } of opened.skipped)
    notice(`Passed over the damaged checkpoint ${damaged}: ${reason}`);
  return opened;
}
