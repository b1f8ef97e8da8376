import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { DataOptions } from './data-options.js';
import type { DataProject, States } from './data-project.js';
import { inProcessRunner } from './in-process-runner.js';
import type { Runner } from './runner.js';
import { type WorkerCode, WorkerPool } from './worker-pool.js';

/** From the built package, whose files lie beside each other; from source there is none. */
const BUILT: WorkerCode = { url: new URL('./data/worker.js', import.meta.url) };

/** Workers where the project asks for them and can be composed there, otherwise the main thread. */
export function openRunner(
  project: DataProject,
  states: States,
  root: string,
  notice: (message: string) => void,
  code: WorkerCode = BUILT,
): Runner {
  const { configPath } = project;
  const { first, most } = workersOf(project.data, availableParallelism());
  const wanted = first > 0 && configPath !== undefined;
  if (!wanted || !existsSync(fileURLToPath(code.url))) return inProcessRunner(project, states, root, notice);
  return new WorkerPool({ ...project, configPath }, states, root, { code, notice, first, most });
}

/**
 * How many workers there are at first, and how many there may be: just so many as the config states, else no more than processors, nor
 * than batches are made ahead: another one would have nothing to do.
 */
export function workersOf(
  { workers, ahead }: Pick<DataOptions, 'workers' | 'ahead'>,
  processors: number,
): { first: number; most: number } {
  if (workers !== 'auto') return { first: workers, most: workers };
  const first = Math.min(2, processors - 1);
  return { first, most: first > 0 ? Math.max(first, Math.min(processors, ahead)) : 0 };
}
