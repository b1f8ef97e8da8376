import { setImmediate as nextTurn } from 'node:timers/promises';
import type { HostContext, Tensor } from '@modalkit/contract';
import { l2Normalise } from '@modalkit/toolkit';
import { alignInput, passOf } from './forward.js';
import { type Model, weightsOf } from './model.js';
import { rawInput } from './raw-input.js';
import { type StepBatch, stepBatch } from './step-batch.js';

const CHUNK = 64;
/** Full chunks that are worth the recording of a graph. */
const LEAST_CAPTURED = 8;

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
    rows.set(await embedChunk(model, input, some, context, pass), from * width);
  }
  return rows;
}

/** From the batch of one input to its unit pooled vectors. */
type Pass = (batch: StepBatch) => { readonly pooled: Tensor };

function embeddingPass(model: Model, input: string, captured: boolean): Pass {
  const { backend, runtime } = model;
  const { tf } = backend;
  const run: Pass = (batch) =>
    tf.tidy(() => {
      const pass = passOf(model, batch, { training: false });
      const { pooled } = alignInput(model, pass, runtime.inputs[input]!, batch.inputs[input]!);
      return { pooled: l2Normalise(tf, pooled) };
    });
  if (!captured) return run;
  const program = model.programs.get(`embedding of ${input}`, () => ({ run, constants: () => weightsOf(model) }));
  return (batch) => program.run(batch);
}

async function embedChunk(
  model: Model,
  input: string,
  raw: readonly unknown[],
  context: HostContext,
  pass: Pass,
): Promise<Float32Array> {
  const { tf } = model.backend;
  const host = await rawInput(model, input, raw, context);
  const batch = stepBatch(tf, { ids: [], inputs: { [input]: host }, targets: {}, quarantined: [] }, 0, 0);
  const { pooled } = pass(batch);
  const values = (await pooled.data()) as Float32Array;
  tf.dispose([pooled, batch as never]);
  return values;
}
