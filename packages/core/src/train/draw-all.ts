import { isModalkitError } from '@modalkit/contract';
import type { StepOfData } from '../data/index.js';

/** The batches of one step, or undefined when the run was stopped while it waited for them. */
export async function drawAll(
  iterator: AsyncIterator<StepOfData>,
  count: number,
  signal?: AbortSignal,
): Promise<StepOfData[] | undefined> {
  const draws: StepOfData[] = [];
  try {
    while (draws.length < count) draws.push((await iterator.next()).value);
    return draws;
  } catch (error) {
    if (signal?.aborted && isModalkitError(error) && error.code === 'STOPPED') return undefined;
    throw error;
  }
}
