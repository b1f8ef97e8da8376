import { type HostContext, ModalkitError } from '@modalkit/contract';
import { bucketItems, bucketLength } from '../data/bucket-of.js';
import type { HostInput } from '../data/host-batch.js';
import type { Model } from './model.js';

/**
 * Raw samples of one input, prepared and collated here: for questions of people, not for training.
 * @param raw undefined where a sample lacks the input
 * @param context how files that the samples name are read
 * @throws ModalkitError SAMPLE that says which sample was refused and why
 */
export async function rawInput(
  model: Model,
  input: string,
  raw: readonly unknown[],
  context: HostContext,
): Promise<HostInput> {
  const { adapter, list } = model.runtime.inputs[input]!;
  const lists = await Promise.all(
    raw.map(async (value) => (value === undefined ? [] : prepareItems(model, input, value, context))),
  );
  const most = bucketItems(Math.max(1, ...lists.map((items) => items.length)), list);
  const items = lists.flatMap((own) => Array.from({ length: most }, (_, index) => own[index]));
  const lengths = items.map((item) => (item === undefined ? 0 : (adapter.length?.(item) ?? 0)));
  const length = adapter.length ? bucketLength(Math.max(1, ...lengths), model.runtime.data.buckets) : 0;
  const arrays = adapter.collate(items, { batch: items.length, length }, context);
  const present = Uint8Array.from(raw, (value) => Number(value !== undefined));
  return { arrays, present: { dtype: 'bool', shape: [raw.length], data: present } };
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
