import { setImmediate as nextTurn } from 'node:timers/promises';
import type { HostContext, Tensor } from '@modalkit/contract';
import { l2Normalise } from '@modalkit/toolkit';
import type { HostBatch } from '../data/host-batch.js';
import { alignInput, passOf } from './forward.js';
import { type Model, weightsOf } from './model.js';
import { rawInput } from './raw-input.js';
import { type StepBatch, stepBatch } from './step-batch.js';

const CHUNK = 64;
/** Full batches that are worth the recording of a graph. */
export const LEAST_CAPTURED = 8;

/**
 * Unit pooled vectors `[raw.length, width]` of raw samples of one input.
 * @param context how files that the samples name are read
 * @param signal looked at before each chunk
 * @throws ModalkitError SAMPLE that says which sample was refused and why
 */
export async function embedRaw(
  model: Model,
  input: string,
  raw: readonly unknown[],
  context: HostContext,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const width = model.runtime.config.space.width;
  const rows = new Float32Array(raw.length * width);
  const many = raw.length >= LEAST_CAPTURED * CHUNK;
  for (let from = 0; from < raw.length; from += CHUNK) {
    // A service has others to answer meanwhile, and the signal to hear.
    if (from > 0) await nextTurn();
    signal?.throwIfAborted();
    const some = raw.slice(from, from + CHUNK);
    const pass = embeddingPass(model, input, many && some.length === CHUNK);
    const host = await rawInput(model, input, some, context);
    const batch = { ids: [], inputs: { [input]: host }, targets: {}, quarantined: [] };
    rows.set(await embedBatch(model, batch, pass), from * width);
  }
  return rows;
}

/** From the batch of one input to its unit pooled vectors. */
export type EmbeddingPass = (batch: StepBatch) => { readonly pooled: Tensor };

/** @param captured as one graph, where the backend can */
export function embeddingPass(model: Model, input: string, captured: boolean): EmbeddingPass {
  const { backend, runtime } = model;
  const { tf } = backend;
  const run: EmbeddingPass = (batch) =>
    tf.tidy(() => {
      const pass = passOf(model, batch, { training: false });
      const { pooled } = alignInput(model, pass, runtime.inputs[input]!, batch.inputs[input]!);
      return { pooled: l2Normalise(tf, pooled) };
    });
  if (!captured) return run;
  const program = model.programs.get(`embedding of ${input}`, () => ({ run, constants: () => weightsOf(model) }));
  return (batch) => program.run(batch);
}

/** Unit pooled vectors `[rows, width]` of a batch of one input. */
export async function embedBatch(model: Model, batch: HostBatch, pass: EmbeddingPass): Promise<Float32Array> {
  const { tf } = model.backend;
  const given = stepBatch(tf, batch, 0, 0);
  const { pooled } = pass(given);
  const values = (await pooled.data()) as Float32Array;
  tf.dispose([pooled, given as never]);
  return values;
}
