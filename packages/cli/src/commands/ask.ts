import {
  type DecoderChoice,
  inputsRead,
  ModalkitError,
  type OpenRun,
  type Runtime,
  writingHeads,
} from '@modalkit/core';
import { shareOf, wholeNumber } from '../numbers.js';
import { openTrained, type TrainedFlags } from '../open-trained.js';
import { createOutput } from '../output.js';
import { refusePath } from '../refuse-path.js';

export interface AskFlags extends TrainedFlags {
  readonly head?: string;
  readonly beam?: string;
  readonly topP?: string;
  readonly seed?: string;
  readonly json?: boolean;
}

/** `modalkit ask`. */
export async function ask(given: readonly string[], flags: AskFlags): Promise<void> {
  const output = createOutput(flags.json);
  const choice = choiceOf(flags);
  const seed = wholeNumber('--seed', flags.seed);
  const run = await openTrained(flags, output);
  const head = headOf(run.runtime, flags.head);
  const raw = await matchArguments(run, given, inputsRead(run.runtime, head));
  const { input, sample, tokens, logProbability } = await run.ask(raw, { head, choice, seed });
  output.say(typeof sample === 'string' ? sample : JSON.stringify(sample));
  output.result({ head, input, answer: sample, asked: raw, tokens, logProbability, run: run.folder, step: run.step });
  await run.dispose();
}

function choiceOf({ beam, topP }: AskFlags): DecoderChoice | undefined {
  if (beam !== undefined && topP !== undefined)
    throw new ModalkitError('USAGE', '--beam and --top-p are two ways to choose; give one of them.');
  if (beam !== undefined) return { beam: wholeNumber('--beam', beam)! };
  return topP === undefined ? undefined : { topP: shareOf('--top-p', topP) };
}

/** The head that is named, or the only one that writes. */
function headOf(runtime: Runtime, named: string | undefined): string {
  const heads = writingHeads(runtime);
  if (named === undefined && heads.length === 1) return heads[0]!;
  if (named !== undefined && heads.includes(named)) return named;
  if (heads.length === 0)
    throw new ModalkitError(
      'USAGE',
      "No head of this run writes answers; train one: `heads: { reply: decoder({ input: 'answer' }) }`.",
    );
  const problem = named === undefined ? 'name one with --head' : `there is no "${named}" among them`;
  throw new ModalkitError('USAGE', `The heads of this run that write are ${heads.join(', ')}; ${problem}.`);
}

/** Each argument goes to the first input, of those that the head reads and that are still without a sample, that takes it. */
async function matchArguments(
  run: OpenRun,
  given: readonly string[],
  inputs: readonly string[],
): Promise<Record<string, unknown>> {
  const raw: Record<string, unknown> = {};
  for (const argument of given) {
    const left = inputs.filter((name) => !(name in raw));
    const taken = await run.accept(argument, left);
    if (!taken) throw notTaken(argument, left, inputs);
    if (!run.runtime.inputs[taken.input]!.adapter.files) await refusePath(argument);
    raw[taken.input] = taken.raw;
  }
  return raw;
}

function notTaken(argument: string, left: readonly string[], inputs: readonly string[]): ModalkitError {
  const problem =
    left.length > 0
      ? `none of the inputs ${left.join(', ')} takes it`
      : `the inputs ${inputs.join(', ')} have a sample each already`;
  return new ModalkitError('USAGE', `"${argument}": ${problem}; give one argument for each input.`);
}
