import { resolve } from 'node:path';
import { evaluateRun, loadProject } from '@modalkit/core';
import { renderEvaluationTable, renderReport } from '@modalkit/report';
import { consoleReporter } from '../console-reporter.js';
import { defaultRunFolder, findConfig } from '../find-project.js';
import { fusionOfRun } from '../fusion-of-run.js';
import { type BackendFlags, openBackend } from '../open-backend.js';
import { createOutput } from '../output.js';
import { overrideConfig } from '../override-config.js';
import { stopOnSignals } from '../signals.js';

export interface EvalFlags extends BackendFlags {
  readonly run?: string;
  readonly split?: string;
  readonly eager?: boolean;
  readonly json?: boolean;
}

/** `modalkit eval`. */
export async function evaluate(project: string, flags: EvalFlags): Promise<void> {
  const output = createOutput(flags.json);
  const signal = stopOnSignals(output.say);
  const configPath = await findConfig(project);
  const folder = resolve(flags.run ?? defaultRunFolder(configPath));
  const likeTheRun = await fusionOfRun(folder);
  const runtime = await loadProject(configPath, (config) => overrideConfig(likeTheRun(config), { eager: flags.eager }));
  const backend = await openBackend(output, flags);
  const result = await evaluateRun({
    runtime,
    backend,
    folder,
    split: flags.split,
    signal,
    reporters: [consoleReporter(output)],
  });
  await runtime.dispose();
  output.say(`Step ${result.step}, split "${result.split}":`);
  output.say(renderEvaluationTable(result.values));
  output.say(`Report: ${await renderReport(folder)}`);
  output.result({ step: result.step, split: result.split, values: result.values });
}
