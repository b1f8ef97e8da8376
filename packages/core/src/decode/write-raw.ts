import { type HostContext, ModalkitError } from '@modalkit/contract';
import type { Runtime } from '../compose/index.js';
import { suggestName } from '../compose/suggest-name.js';
import type { HostInput } from '../data/host-batch.js';
import { fusionInputs } from '../train/declare-weights.js';
import { forward } from '../train/forward.js';
import type { Model } from '../train/model.js';
import { rawInput } from '../train/raw-input.js';
import { stepBatch } from '../train/step-batch.js';
import { type WriteOptions, writeSequences } from './write-sequences.js';
import { sampleOf } from './written-rows.js';

/** What a head has written of one sample. */
export interface Written {
  /** The input that it writes. */
  readonly input: string;
  readonly sample: unknown;
  /** Tokens, the end included. */
  readonly tokens: number;
  /** ln p of them all. */
  readonly logProbability: number;
}

/** The heads that write, by name. */
export function writingHeads({ heads }: Runtime): readonly string[] {
  return Object.keys(heads).filter((name) => heads[name]!.decoder);
}

/** The inputs that a head reads. */
export function inputsRead(runtime: Runtime, head: string): readonly string[] {
  const { needsFusion, inputs = [] } = runtime.heads[head]!;
  return [...new Set([...(needsFusion ? fusionInputs(runtime) : []), ...inputs])];
}

/**
 * Writes of one sample that was never in a data source; inputs that it lacks are absent.
 * @param contextOf how an input reads files that the sample names
 * @throws ModalkitError USAGE when the head does not write, SAMPLE when an input is refused
 */
export async function writeRaw(
  model: Model,
  head: string,
  raw: Readonly<Record<string, unknown>>,
  contextOf: (input: string) => HostContext,
  options: WriteOptions = {},
): Promise<Written> {
  const { runtime, backend } = model;
  const { tf } = backend;
  if (!writingHeads(runtime).includes(head))
    throw new ModalkitError(
      'USAGE',
      `There is no head "${head}" that writes; ${suggestName(head, writingHeads(runtime))}`,
    );
  const inputs: Record<string, HostInput> = {};
  for (const name of inputsRead(runtime, head))
    inputs[name] = await rawInput(model, name, [raw[name]], contextOf(name));
  const host = { ids: [''], inputs, targets: {}, quarantined: [] };
  const { ids, logProbability } = tf.tidy(() => {
    const view = forward(model, stepBatch(tf, host, runtime.seed, 0), { training: false });
    return writeSequences(model, view.pass, view, head, [''], options)[0] as never;
  }) as unknown as ReturnType<typeof writeSequences>[number];
  const { input } = runtime.heads[head]!.decoder!;
  const sample = await sampleOf(model, head, Int32Array.from(ids), contextOf);
  return { input, sample, tokens: ids.length, logProbability };
}
