import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Match, ModalkitError, type OpenRun, openRun } from '@modalkit/core';
import { newestRun } from '../find-project.js';
import { wholeNumber } from '../numbers.js';
import { type BackendFlags, openBackend } from '../open-backend.js';
import { createOutput } from '../output.js';
import { configOfRun, runtimeOfRun } from '../project-of-run.js';
import { searchable } from '../searchable.js';

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
  const searched = flags.to ? [flags.to] : searchable(run.runtime, own.name);
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
  const runtime = await runtimeOfRun(folder, await configOfRun(folder, flags.project));
  const run = await openRun({ runtime, folder, backend: await openBackend(output, flags) });
  for (const { folder: damaged, reason } of run.skipped)
    output.say(`Passed over the damaged checkpoint ${damaged}: ${reason}`);
  return run;
}

function shown(raw: unknown): string {
  const text = typeof raw === 'string' ? raw : JSON.stringify(raw);
  return text && text.length > 100 ? `${text.slice(0, 100)}…` : (text ?? '');
}

function labels({ sample }: Match): string {
  const targets = Object.entries(sample.targets).map(([name, value]) => `${name} ${String(value)}`);
  return targets.length > 0 ? `  (${targets.join(', ')})` : '';
}
