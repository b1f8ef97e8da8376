import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { loadProject, type Match, ModalkitError, type OpenRun, openRun, readRunFile } from '@modalkit/core';
import { findConfig, newestRun } from '../find-project.js';
import { fusionOfRun } from '../fusion-of-run.js';
import { type BackendFlags, openBackend, wholeNumber } from '../open-backend.js';
import { createOutput } from '../output.js';

export interface QueryFlags extends BackendFlags {
  readonly run?: string;
  readonly project?: string;
  readonly to?: string;
  readonly top: string;
  readonly json?: boolean;
}

/** `modalkit query`. */
export async function query(argument: string, flags: QueryFlags): Promise<void> {
  const output = createOutput(flags.json);
  const top = wholeNumber('--top', flags.top)!;
  const folder = flags.run ? resolve(flags.run) : await newestRun();
  const run = await open(folder, flags, output);
  const asked = await run.accept(argument);
  if (!asked)
    throw new ModalkitError(
      'USAGE',
      `"${argument}": no input of this run takes it; give a file or words that one of ${run.runtime.inputNames.join(', ')} reads.`,
    );
  if (!run.runtime.inputs[asked.input]!.adapter.files) await refusePath(argument);
  const vector = await run.embed(asked.input, [asked.raw]);
  const own = run.runtime.inputs[asked.input]!;
  const searched = flags.to ? [flags.to] : searchable(run, own.name);
  const results: Record<string, unknown[]> = {};
  for (const input of searched) {
    const matches = await run.search(vector, input, top);
    output.say(`${asked.input} "${argument}" -> ${input}:`);
    results[input] = [];
    for (const match of matches) {
      const raw = match.sample.inputs[input];
      output.say(`  ${match.score.toFixed(4)}  ${match.sample.id}  ${shown(raw)}${labels(match)}`);
      results[input]!.push({
        id: match.sample.id,
        score: match.score,
        value: typeof raw === 'string' ? raw : null,
        targets: match.sample.targets,
      });
    }
  }
  output.result({ input: asked.input, argument, run: folder, step: run.step, results });
  await run.dispose();
}

/** A path that no input reads is not searched for as words. */
async function refusePath(argument: string): Promise<void> {
  const named = /\.[a-z][a-z0-9]{1,4}$/i.test(argument);
  if (!named && !/[\\/]/.test(argument)) return;
  const found = await stat(argument).catch(() => undefined);
  if (found)
    throw new ModalkitError(
      'USAGE',
      `${argument}: no input of this run reads this ${found.isDirectory() ? 'folder' : 'file'}; it is empty, or not what its name says. Name another.`,
    );
  if (named)
    throw new ModalkitError(
      'USAGE',
      `${argument}: there is no such file; correct the path or, if these are words, put a space after them.`,
    );
}

async function open(folder: string, flags: QueryFlags, output: ReturnType<typeof createOutput>): Promise<OpenRun> {
  const { configPath } = await readRunFile(folder);
  if (!flags.project && !configPath)
    throw new ModalkitError('USAGE', `${folder}: the run names no config file; name its project with --project.`);
  const path = await findConfig(flags.project ?? configPath!);
  const runtime = await loadProject(path, await fusionOfRun(folder));
  const run = await openRun({ runtime, folder, backend: await openBackend(output, flags) });
  for (const { folder: damaged, reason } of run.skipped)
    output.say(`Passed over the damaged checkpoint ${damaged}: ${reason}`);
  return run;
}

/** Inputs of other plugins than the asked one's, each shared encoder once; all of them when there is no other. */
function searchable({ runtime }: OpenRun, asked: string): readonly string[] {
  const others = Object.values(runtime.inputs).filter(
    ({ name, adapter, stateOf }) => stateOf === name && adapter.id !== runtime.inputs[asked]!.adapter.id,
  );
  return others.length > 0 ? others.map(({ name }) => name) : runtime.inputNames;
}

function shown(raw: unknown): string {
  const text = typeof raw === 'string' ? raw : JSON.stringify(raw);
  return text && text.length > 100 ? `${text.slice(0, 100)}…` : (text ?? '');
}

function labels({ sample }: Match): string {
  const targets = Object.entries(sample.targets).map(([name, value]) => `${name} ${String(value)}`);
  return targets.length > 0 ? `  (${targets.join(', ')})` : '';
}
