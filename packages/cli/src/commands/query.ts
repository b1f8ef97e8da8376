import { indexedInputs, type Match, ModalkitError, type OpenRun } from '@modalkit/core';
import { wholeNumber } from '../numbers.js';
import { openTrained, type TrainedFlags } from '../open-trained.js';
import { createOutput } from '../output.js';
import { refusePath } from '../refuse-path.js';
import { searchable } from '../searchable.js';

export interface QueryFlags extends TrainedFlags {
  readonly to?: string;
  readonly top: string;
  readonly json?: boolean;
}

/** `modalkit query`. */
export async function query(argument: string, flags: QueryFlags): Promise<void> {
  const output = createOutput(flags.json);
  const top = wholeNumber('--top', flags.top)!;
  const run = await openTrained(flags, output);
  const asked = await run.accept(argument);
  if (!asked)
    throw new ModalkitError(
      'USAGE',
      `"${argument}": no input of this run takes it; give a file or words that one of ${run.runtime.inputNames.join(', ')} reads.`,
    );
  if (!run.runtime.inputs[asked.input]!.adapter.files) await refusePath(argument);
  const vector = await run.embed(asked.input, [asked.raw]);
  const searched = flags.to ? [flags.to] : await searchedInputs(run, asked.input, flags.index);
  const results: Record<string, unknown[]> = {};
  for (const input of searched) {
    const matches = await run.search(vector, input, top);
    output.say(`${asked.input} "${argument}" -> ${input}:`);
    results[input] = [];
    for (const match of matches) {
      const raw = match.sample.inputs[input];
      output.say(`  ${match.score.toFixed(4)}  ${match.sample.id}${shown(raw, match)}${labels(match)}`);
      results[input]!.push({
        id: match.sample.id,
        score: match.score,
        value: typeof raw === 'string' ? raw : null,
        targets: match.sample.targets,
      });
    }
  }
  output.result({ input: asked.input, argument, run: run.folder, step: run.step, results });
  await run.dispose();
}

/** What an index of files has vectors of, else what goes with the input that is asked by. */
async function searchedInputs({ runtime }: OpenRun, input: string, index?: string): Promise<readonly string[]> {
  const indexed = index === undefined ? [] : await indexedInputs(index);
  return indexed.length > 0 ? indexed : searchable(runtime, input);
}

/** The sample, unless its id says it already. */
function shown(raw: unknown, { sample }: Match): string {
  if (raw === sample.id) return '';
  const text = (typeof raw === 'string' ? raw : JSON.stringify(raw)) ?? '';
  return `  ${text.length > 100 ? `${text.slice(0, 100)}…` : text}`;
}

function labels({ sample }: Match): string {
  const targets = Object.entries(sample.targets).map(([name, value]) => `${name} ${String(value)}`);
  return targets.length > 0 ? `  (${targets.join(', ')})` : '';
}
