import { resolve } from 'node:path';
import { missingKernels, recordKernels } from '@modalkit/backend';
import { ModalkitError, type Reporter } from '@modalkit/contract';
import { loadProject, type Runtime, train as trainRun, writeFileAtomic } from '@modalkit/core';
import { renderEvaluationTable, renderReport } from '@modalkit/report';
import { consoleReporter, duration } from '../console-reporter.js';
import { defaultRunFolder, findConfig } from '../find-project.js';
import { type BackendFlags, openBackend } from '../open-backend.js';
import { createOutput, type Output } from '../output.js';
import { type Overrides, overrideConfig } from '../override-config.js';
import { profileSteps } from '../profile-steps.js';
import { stopOnSignals } from '../signals.js';
import { supervise } from '../supervise.js';

/** That a hook of the main thread may take without coming on, unless `MODALKIT_HOOK_SECONDS` says otherwise. */
const HOOK_SECONDS = Number(process.env.MODALKIT_HOOK_SECONDS ?? 600);

export interface TrainFlags extends BackendFlags, Overrides {
  readonly run?: string;
  readonly report: boolean;
  readonly json?: boolean;
  readonly setupSeconds?: string;
  /** Steps to profile. */
  readonly profile?: string | true;
}

/** `modalkit train`. */
export async function train(project: string, flags: TrainFlags): Promise<void> {
  const output = createOutput(flags.json);
  const signal = stopOnSignals(output.say);
  const configPath = await findConfig(project);
  const folder = resolve(flags.run ?? defaultRunFolder(configPath));
  supervise(folder, HOOK_SECONDS, output.say);
  const runtime = await loadProject(configPath, (config) => overrideConfig(config, flags));
  try {
    await trainProject(runtime, folder, signal, output, flags);
  } finally {
    // what the run made is written already: a release that fails is told, and changes nothing
    await runtime.dispose().catch((error: Error) => output.say(error.message));
  }
}

async function trainProject(
  runtime: Runtime,
  folder: string,
  signal: AbortSignal,
  output: Output,
  flags: TrainFlags,
): Promise<void> {
  const backend = await openBackend(output, flags);
  const setupSeconds = flags.setupSeconds === undefined ? undefined : Number(flags.setupSeconds);
  const plain = async () => (await import('@modalkit/backend/js')).jsBackend();
  const preflight = { backend: plain, record: recordKernels, missing: missingKernels };
  const result = await trainRun({
    runtime,
    backend,
    folder,
    signal,
    setupSeconds,
    preflight,
    reporters: [consoleReporter(output), ...profilers(folder, flags)],
  });
  const values = result.evaluation?.values ?? {};
  const summary = {
    values,
    reason: result.reason,
    step: result.step,
    trainSeconds: result.trainSeconds,
    firstStepSeconds: result.firstStepSeconds,
    peakRssMb: Math.round(result.peakRssMb),
    parameters: result.parameters,
    quarantined: result.quarantined,
    backend: backend.id,
    programs: result.programs,
    folder,
  };
  if (result.reason === 'finished') {
    await writeFileAtomic(resolve(folder, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
    output.say(
      `Trained ${result.step} steps in ${duration(result.trainSeconds)}; peak memory ${summary.peakRssMb} MB; ${result.quarantined} samples quarantined.`,
    );
    output.say(renderEvaluationTable(values));
    if (flags.report) output.say(`Report: ${await renderReport(folder)}`);
  }
  output.result(summary);
}

/** Steps of a profile, unless the flag says how many. */
const PROFILED_STEPS = 50;

function profilers(folder: string, { profile }: TrainFlags): Reporter[] {
  if (profile === undefined) return [];
  const steps = profile === true ? PROFILED_STEPS : Number(profile);
  if (Number.isInteger(steps) && steps > 0) return [profileSteps(folder, steps)];
  throw new ModalkitError('USAGE', `--profile is ${JSON.stringify(profile)}; give a number of steps, from 1 on.`);
}
