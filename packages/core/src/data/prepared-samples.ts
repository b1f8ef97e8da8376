import { availableParallelism } from 'node:os';
import { ModalkitError, type Quarantined, type Sample } from '@modalkit/contract';
import { comesOn } from '../compose/hook-marks.js';
import { checkBudget } from './check-budget.js';
import type { DataProject, InputPart } from './data-project.js';
import { quarantine } from './failure.js';
import type { FitOptions } from './fit-adapters.js';
import { timedGuard } from './hook-guard.js';
import { itemsOf, prepareItem } from './prepare-sample.js';
import { openWorkshop, type Workshop } from './workshop.js';

/** Samples prepared at the same time: decoding may be a process of its own, for which this thread only waits. */
const AHEAD = Math.max(2, availableParallelism());

/**
 * Prepared samples of these inputs, in the order of `samples`, from the cache or into it: the scan that follows decodes none
 * of them again. Those that cannot be prepared are left out; the scan will quarantine them.
 * @throws ModalkitError the first failure when nothing could be prepared, BUDGET when hooks break too often
 */
export async function* preparedSamples(
  project: DataProject,
  parts: readonly InputPart[],
  samples: readonly Sample[],
  root: string,
  { signal, onProgress }: FitOptions,
): AsyncGenerator<unknown, void> {
  const { data } = project;
  const unkept = { ...project, data: { ...data, memory: 0 } }; // workers see nothing of this thread's memory
  const workshop = openWorkshop(unkept, {}, root, timedGuard(project), () => {});
  const ahead: Promise<PromiseSettledResult<unknown[]>[]>[] = [];
  const faults: Quarantined[] = [];
  let [usable, first]: [number, unknown] = [0, undefined];
  for (const [done, sample] of samples.entries()) {
    onProgress?.(parts[0]!.stateOf, done, samples.length);
    comesOn();
    if (signal?.aborted) throw new ModalkitError('STOPPED', 'Stopped while the adapters were fitted.');
    for (let row = done + ahead.length; row < Math.min(done + AHEAD, samples.length); row++)
      ahead.push(prepareParts(workshop, parts, samples[row]!, row));
    for (const result of await ahead.shift()!) {
      if (result.status === 'fulfilled') {
        usable += result.value.length;
        yield* result.value;
      } else {
        first ??= result.reason;
        const failure = quarantine(sample.id, result.reason);
        if (failure.code === 'PLUGIN') faults.push(failure);
      }
    }
    checkBudget(faults, samples.length, data.budget);
  }
  if (first !== undefined && usable === 0) throw first;
  onProgress?.(parts[0]!.stateOf, samples.length, samples.length);
}

/** The items of each part, or why they cannot be prepared. */
function prepareParts(
  workshop: Workshop,
  parts: readonly InputPart[],
  sample: Sample,
  row: number,
): Promise<PromiseSettledResult<unknown[]>[]> {
  const prepare = async (part: InputPart) => {
    const items = itemsOf(part, sample.inputs[part.name]).filter((item) => item != null);
    return Promise.all(items.map((item) => prepareItem(workshop, part, item, row)));
  };
  return Promise.allSettled(parts.map(prepare));
}
