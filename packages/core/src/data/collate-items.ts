import { type HostArrays, ModalkitError } from '@modalkit/contract';
import { arraysProblem, rowsNotFinite } from './check-host-array.js';
import { placed } from './failure.js';
import type { Workshop } from './workshop.js';

/** Arrays of one input, or the items that cannot be collated. */
export interface Collated {
  readonly arrays?: HostArrays;
  /** Placed error by index of the item. */
  readonly bad: ReadonlyMap<number, ModalkitError>;
}

/**
 * Collates the items of one input. When that fails, each is collated alone to find the ones at fault.
 * @param rows row of each item in its job, for the guard
 * @throws ModalkitError PLUGIN when no item, or every one of several, is at fault: then it is the plugin
 */
export async function collateItems(
  workshop: Workshop,
  input: string,
  items: readonly unknown[],
  length: number,
  rows: readonly number[],
): Promise<Collated> {
  const place = {
    input,
    stage: 'collate',
    who: `plugin "${workshop.project.inputs[input]!.adapter.id}": collate`,
  } as const;
  try {
    const arrays = await collate(workshop, input, items, length, items.length === 1 ? rows[0]! : -1);
    const bad = [...rowsNotFinite(arrays)].map(([row, name]) => {
      const error = new ModalkitError('SAMPLE', `${name} holds a value that is not finite (NaN or infinite)`);
      return [row, placed(error, place)] as const;
    });
    return { arrays, bad: new Map(bad) };
  } catch (error) {
    const whole = placed(error, place, 'PLUGIN');
    return { bad: await findBad(workshop, input, items, length, rows, whole) };
  }
}

async function findBad(
  workshop: Workshop,
  input: string,
  items: readonly unknown[],
  length: number,
  rows: readonly number[],
  whole: ModalkitError,
): Promise<Map<number, ModalkitError>> {
  const there = items.flatMap((item, index) => (item === undefined ? [] : [index]));
  if (there.length === 1) return new Map([[there[0]!, whole]]);
  const bad = new Map<number, ModalkitError>();
  for (const index of there) {
    try {
      await collate(workshop, input, [items[index]], length, rows[index]!);
    } catch (error) {
      bad.set(
        index,
        placed(
          error,
          { ...(whole.details as { input: string }), stage: 'collate', who: String(whole.details.who) },
          'PLUGIN',
        ),
      );
    }
  }
  if (bad.size === 0 || bad.size === there.length) throw whole;
  return bad;
}

async function collate(
  { project, contexts, guard }: Workshop,
  input: string,
  items: readonly unknown[],
  length: number,
  row: number,
): Promise<HostArrays> {
  const bucket = { batch: items.length, length };
  const arrays = await guard({ input, hook: 'collate', row }, () =>
    project.inputs[input]!.adapter.collate(items, bucket, contexts[input]!),
  );
  const problem = arraysProblem(arrays, items.length);
  if (problem) throw new ModalkitError('PLUGIN', problem);
  return arrays;
}
