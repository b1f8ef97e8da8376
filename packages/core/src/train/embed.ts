import { type HostContext, ModalkitError } from '@modalkit/contract';
import { l2Normalise } from '@modalkit/toolkit';
import { alignInput } from './forward.js';
import type { Model } from './model.js';
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
  const { adapter } = part;
  const { tf } = model.backend;
  const lists = await Promise.all(raw.map((value) => prepareItems(model, input, value, context)));
  const most = Math.max(...lists.map((items) => items.length));
  const items = lists.flatMap((list) => Array.from({ length: most }, (_, index) => list[index]));
  const length = Math.max(0, ...items.map((item) => (item === undefined ? 0 : (adapter.length?.(item) ?? 0))));
  const arrays = adapter.collate(items, { batch: items.length, length }, context);
  const present = { dtype: 'bool', shape: [raw.length], data: new Uint8Array(raw.length).fill(1) } as const;
  const pooled = tf.tidy(() => {
    const batch = stepBatch(
      tf,
      { ids: [], inputs: { [input]: { arrays, present } }, targets: {}, quarantined: [] },
      0,
      0,
    );
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

async function prepareItems(model: Model, input: string, raw: unknown, context: HostContext): Promise<unknown[]> {
  const { adapter, list } = model.runtime.inputs[input]!;
  const items = list > 1 && Array.isArray(raw) ? raw : [raw];
  return Promise.all(
    items.map(async (item) => {
      const result = await adapter.sample['~standard'].validate(item);
      if (!result.issues) return adapter.prepare(result.value, context);
      throw new ModalkitError(
        'SAMPLE',
        `Input "${input}" (${adapter.id}): ${result.issues.map((issue) => issue.message).join('; ')}.`,
      );
    }),
  );
}
