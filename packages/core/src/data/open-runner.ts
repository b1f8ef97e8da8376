import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
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
  const wanted = project.data.workers > 0 && configPath !== undefined;
  if (!wanted || !existsSync(fileURLToPath(code.url))) return inProcessRunner(project, states, root, notice);
  return new WorkerPool({ ...project, configPath }, states, root, code, notice);
}
