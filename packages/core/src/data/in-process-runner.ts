import { ModalkitError } from '@modalkit/contract';
import type { DataProject, States } from './data-project.js';
import { timedGuard } from './hook-guard.js';
import { type Job, type JobResult, type Runner, runJob } from './runner.js';
import { openWorkshop } from './workshop.js';

/** Carries out jobs in this thread, one after the other. A hook that never yields cannot be ended here. */
export function inProcessRunner(
  project: DataProject,
  states: States,
  root: string,
  notice: (message: string) => void,
): Runner {
  const workshop = openWorkshop(project, states, root, timedGuard(project), notice);
  let last: Promise<unknown> = Promise.resolve();
  let closed = false;
  return {
    width: 1,
    run(job: Job): Promise<JobResult> {
      const result = last.then(() => {
        if (closed) throw new ModalkitError('STOPPED', 'Stopped before the batch was made.');
        return runJob(workshop, job);
      });
      last = result.catch(() => {});
      return result;
    },
    async close() {
      closed = true;
    },
  };
}
