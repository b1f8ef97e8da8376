import { resolve } from 'node:path';
import { type OpenRun, openRun } from '@modalkit/core';
import { newestRun } from './find-project.js';
import { type BackendFlags, openBackend } from './open-backend.js';
import type { Output } from './output.js';
import { configOfRun, runtimeOfRun } from './project-of-run.js';

export interface TrainedFlags extends BackendFlags {
  readonly run?: string;
  readonly project?: string;
}

/** Opens the run that is named, or the newest. Damaged checkpoints that it passes over are told. */
export async function openTrained(flags: TrainedFlags, output: Output): Promise<{ run: OpenRun; folder: string }> {
  const folder = flags.run ? resolve(flags.run) : await newestRun();
  const runtime = await runtimeOfRun(folder, await configOfRun(folder, flags.project));
  const run = await openRun({ runtime, folder, backend: await openBackend(output, flags) });
  for (const { folder: damaged, reason } of run.skipped)
    output.say(`Passed over the damaged checkpoint ${damaged}: ${reason}`);
  return { run, folder };
}
