import type { OpenRun } from '@modalkit/core';
import { load } from './load.js';
import { wholeNumber } from './numbers.js';
import type { BackendFlags } from './open-backend.js';
import type { Output } from './output.js';

export interface TrainedFlags extends BackendFlags {
  readonly run?: string;
  readonly project?: string;
}

/** Loads the run that a command's flags name, or the newest. */
export function openTrained({ run, project, backend, threads }: TrainedFlags, output: Output): Promise<OpenRun> {
  return load(run, { project, backend, threads: wholeNumber('--threads', threads), notice: output.say });
}
