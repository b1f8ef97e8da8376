import { type HostArray, ModalkitError, type Quarantined, type Sample } from '@modalkit/contract';
import { hostRandom } from '@modalkit/toolkit';
import { bucketOf } from './batch-plan.js';
import { arrayProblem } from './check-host-array.js';
import { collateItems } from './collate-items.js';
import type { InputPart } from './data-project.js';
import { placed, quarantine, reasonOf } from './failure.js';
import type { BatchBucket, HostBatch, HostInput } from './host-batch.js';
import { type SampleSize, sizeOfSample } from './measure-sample.js';
import { chooseRows } from './packed-rows.js';
import { made, type PreparedSample, prepareSample } from './prepare-sample.js';
import { sizesOf } from './sizes-of.js';
import type { Workshop } from './workshop.js';

/** Which batch to make. */
export interface BatchJob {
  /** Sample of each row; null pads the batch. */
  readonly samples: readonly (Sample | null)[];
  /** The shape to pad to; just what these samples need when left out. */
  readonly bucket?: BatchBucket;
  /** Inputs that are made; all of them when left out. */
  readonly inputs?: readonly string[];
  readonly seed: number;
  readonly step: number;
  readonly training: boolean;
  /** Rows that are known to fail, by row. */
  readonly failed: Readonly<Record<number, Quarantined>>;
}

/**
 * Makes a batch: prepare, augment (in training), collate. A sample that fails leaves its row absent.
 * @throws ModalkitError PLUGIN when an adapter or target cannot collate at all
 */
export async function makeBatch(workshop: Workshop, job: BatchJob): Promise<HostBatch> {
  const failed = new Map(Object.entries(job.failed).map(([row, entry]) => [Number(row), entry]));
  const rows: (PreparedSample | undefined)[] = [];
  const sizes: SampleSize[] = job.samples.map(() => ({}));
  for (const [row, sample] of job.samples.entries()) {
    rows.push(undefined);
    if (!sample || failed.has(row)) continue;
    try {
      const prepared = await augmentSample(workshop, await prepareSample(workshop, sample, row), sample.id, row, job);
      if (!job.bucket) sizes[row] = await sizeOfSample(workshop, prepared.inputs, row);
      rows[row] = prepared;
    } catch (error) {
      failed.set(row, quarantine(sample.id, error));
    }
  }
  const { project } = workshop;
  const places = [...rows.keys()];
  const bucket = job.bucket ?? bucketOf(places, { sizes: sizesOf(project, sizes), buckets: project.data.buckets });
  const parts = Object.entries(project.inputs).filter(([name]) => job.inputs?.includes(name) ?? true);
  for (;;) {
    const { inputs, bad } = await collateInputs(workshop, parts, rows, bucket);
    if (bad.size === 0) {
      const quarantined = [...failed].sort(([a], [b]) => a - b).map(([, entry]) => entry);
      return {
        ids: job.samples.map((sample) => sample?.id ?? ''),
        inputs,
        targets: collateTargets(workshop, rows),
        quarantined,
      };
    }
    for (const [row, error] of bad) {
      rows[row] = undefined;
      failed.set(row, quarantine(job.samples[row]!.id, error));
    }
  }
}

async function augmentSample(
  { project, contexts, guard }: Workshop,
  sample: PreparedSample,
  id: string,
  row: number,
  { seed, step, training }: BatchJob,
): Promise<PreparedSample> {
  if (!training) return sample;
  const inputs: Record<string, readonly unknown[]> = { ...sample.inputs };
  for (const [input, items] of Object.entries(sample.inputs)) {
    const { adapter } = project.inputs[input]!;
    if (!adapter.augment) continue;
    const changed: unknown[] = [];
    for (const [index, item] of items.entries()) {
      const random = hostRandom(seed, step, `${id}/${input}/${index}`);
      const call = async () => made(await adapter.augment!(item, random, contexts[input]!));
      changed.push(
        item === undefined
          ? undefined
          : await guard({ input, hook: 'augment', row }, call).catch((error) => {
              throw placed(error, { input, stage: 'augment', who: `plugin "${adapter.id}": augment` });
            }),
      );
    }
    inputs[input] = changed;
  }
  return { ...sample, inputs };
}

async function collateInputs(
  workshop: Workshop,
  parts: readonly (readonly [string, InputPart])[],
  rows: readonly (PreparedSample | undefined)[],
  bucket: BatchBucket,
): Promise<{ inputs: Record<string, HostInput>; bad: Map<number, ModalkitError> }> {
  const inputs: Record<string, HostInput> = {};
  const bad = new Map<number, ModalkitError>();
  for (const [name, part] of parts) {
    const { list, length, rows: most = rows.length } = bucket[name]!;
    const has = rows.map((row) => row?.inputs[name] !== undefined);
    const chosen = chooseRows(has, most);
    const itemsOf = (row: number) => Array.from({ length: list }, (_, index) => rows[row]?.inputs[name]?.[index]);
    const items = chosen.flatMap(itemsOf);
    const rowOf = items.map((_, index) => chosen[Math.floor(index / list)]!);
    const collated = await collateItems(workshop, name, items, length, rowOf);
    for (const [index, error] of collated.bad) bad.set(rowOf[index]!, error);
    if (!collated.arrays) continue;
    const packed = chosen.length < rows.length ? { rows: int32(chosen) } : {};
    const there = () => flags([...rows.keys()].flatMap(itemsOf).map((item) => item !== undefined));
    const itemsPresent = part.list > 1 ? { itemsPresent: there() } : {};
    inputs[name] = { arrays: collated.arrays, ...packed, present: flags(has), ...itemsPresent };
  }
  return { inputs, bad };
}

function collateTargets({ project }: Workshop, rows: readonly (PreparedSample | undefined)[]): HostBatch['targets'] {
  const targets: Record<string, { values: HostArray; valid: HostArray }> = {};
  for (const [name, spec] of Object.entries(project.targets)) {
    const column = rows.map((row) => row?.targets[name]);
    try {
      const values = spec.collate(column);
      const problem = arrayProblem('the result', values, rows.length);
      if (problem) throw new Error(problem);
      targets[name] = { values, valid: flags(column.map((value) => value !== undefined)) };
    } catch (error) {
      throw new ModalkitError('PLUGIN', `Target "${name}": collate: ${reasonOf(error)}`, { target: name }, error);
    }
  }
  return targets;
}

function flags(values: readonly boolean[]): HostArray {
  return { dtype: 'bool', shape: [values.length], data: Uint8Array.from(values, Number) };
}

function int32(values: readonly number[]): HostArray {
  return { dtype: 'int32', shape: [values.length], data: Int32Array.from(values) };
}
