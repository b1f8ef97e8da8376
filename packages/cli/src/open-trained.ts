import type { OpenRun } from '@modalkit/core';
import { load } from './load.js';
import { wholeNumber } from './numbers.js';
import type { BackendFlags } from './open-backend.js';
import type { Output } from './output.js';

export interface TrainedFlags extends BackendFlags {
  readonly run?: string;
  readonly project?: string;
  /** Folder whose index is searched, in place of the run's. */
  readonly index?: string;
}

/** Loads the run that a command's flags name, or the newest. */
export function openTrained({ run, threads, ...flags }: TrainedFlags, output: Output): Promise<OpenRun> {
  const { project, index, backend } = flags;
  return load(run, { project, index, backend, threads: wholeNumber('--threads', threads), notice: output.say });
}
