import { type Match, ModalkitError } from '@modalkit/core';
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
  output.result({ input: asked.input, argument, run: run.folder, step: run.step, results });
  await run.dispose();
}

function shown(raw: unknown): string {
  const text = typeof raw === 'string' ? raw : JSON.stringify(raw);
  return text && text.length > 100 ? `${text.slice(0, 100)}…` : (text ?? '');
}

function labels({ sample }: Match): string {
  const targets = Object.entries(sample.targets).map(([name, value]) => `${name} ${String(value)}`);
  return targets.length > 0 ? `  (${targets.join(', ')})` : '';
}
