import { ModalkitError } from '@modalkit/contract';
import { collateItems } from './collate-items.js';
import { placed } from './failure.js';
import type { PreparedSample } from './prepare-sample.js';
import type { Workshop } from './workshop.js';

/** How much room one sample takes in each input it has. */
export type SampleSize = Readonly<Record<string, { readonly length: number; readonly items: number }>>;

/**
 * Measures the prepared inputs of a sample, and collates them alone to see that they can be.
 * @throws ModalkitError placed at the input that failed
 */
export async function measureSample(
  workshop: Workshop,
  inputs: PreparedSample['inputs'],
  row: number,
): Promise<SampleSize> {
  const size = await sizeOfSample(workshop, inputs, row);
  for (const [name, items] of Object.entries(inputs)) {
    const { bad } = await collateItems(
      workshop,
      name,
      items,
      size[name]!.length,
      items.map(() => row),
    );
    const [problem] = bad.values();
    if (problem) throw problem;
  }
  return size;
}

/** Measures the prepared inputs of a sample. @throws ModalkitError placed at the input that failed */
export async function sizeOfSample(
  workshop: Workshop,
  inputs: PreparedSample['inputs'],
  row: number,
): Promise<SampleSize> {
  const size: Record<string, { length: number; items: number }> = {};
  for (const [name, items] of Object.entries(inputs)) {
    let length = 0;
    for (const item of items)
      if (item !== undefined) length = Math.max(length, await lengthOf(workshop, name, item, row));
    size[name] = { length, items: items.length };
  }
  return size;
}

async function lengthOf(workshop: Workshop, input: string, item: unknown, row: number): Promise<number> {
  const { adapter } = workshop.project.inputs[input]!;
  if (!adapter.length) return 0;
  const place = { input, stage: 'prepare', who: `plugin "${adapter.id}": length` } as const;
  try {
    const length = await workshop.guard({ input, hook: 'length', row }, () => adapter.length!(item));
    if (Number.isSafeInteger(length) && length >= 0) return length;
    throw new ModalkitError('PLUGIN', `returned ${length}; it must be a whole number of tokens`);
  } catch (error) {
    throw placed(error, place);
  }
}
