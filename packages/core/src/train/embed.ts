import type { HostContext } from '@modalkit/contract';
import { l2Normalise } from '@modalkit/toolkit';
import { alignInput } from './forward.js';
import type { Model } from './model.js';
import { rawInput } from './raw-input.js';
import { stepBatch } from './step-batch.js';

const CHUNK = 64;

/**
 * Unit pooled vectors `[raw.length, width]` of raw samples of one input.
 * @param context how files that the samples name are read
 * @throws ModalkitError SAMPLE that says which sample was refused and why
 */
export async function embedRaw(
  model: Model,
  input: string,
  raw: readonly unknown[],
  context: HostContext,
): Promise<Float32Array> {
  const width = model.runtime.config.space.width;
  const rows = new Float32Array(raw.length * width);
  for (let from = 0; from < raw.length; from += CHUNK) {
    rows.set(await embedChunk(model, input, raw.slice(from, from + CHUNK), context), from * width);
  }
  return rows;
}

async function embedChunk(
  model: Model,
  input: string,
  raw: readonly unknown[],
  context: HostContext,
): Promise<Float32Array> {
  const part = model.runtime.inputs[input]!;
  const { tf } = model.backend;
  const host = await rawInput(model, input, raw, context);
  const pooled = tf.tidy(() => {
    const batch = stepBatch(tf, { ids: [], inputs: { [input]: host }, targets: {}, quarantined: [] }, 0, 0);
    const pass = {
      backend: model.backend,
      space: model.runtime.config.space,
      training: false,
      key: batch.key,
      weight: (name: string) => model.weights.get(name)?.variable,
    };
    return l2Normalise(tf, alignInput(model, pass, part, batch.inputs[input]!).pooled);
  });
  const values = (await pooled.data()) as Float32Array;
  pooled.dispose();
  return values;
}
