import type { Quarantined, Sample } from '@modalkit/contract';
import { quarantine } from './failure.js';
import { measureSample, type SampleSize } from './measure-sample.js';
import { prepareInputs } from './prepare-sample.js';
import type { Workshop } from './workshop.js';

/** Samples to look at. */
export interface ScanJob {
  readonly samples: readonly Sample[];
  readonly failed: Readonly<Record<number, Quarantined>>;
}

/** What became of a sample: its size, or why it is out. */
export type ScannedSample = { readonly size: SampleSize } | { readonly quarantined: Quarantined };

/** Validates, prepares and measures the inputs of samples, each on its own. */
export async function scanChunk(workshop: Workshop, { samples, failed }: ScanJob): Promise<ScannedSample[]> {
  const results: ScannedSample[] = [];
  for (const [row, sample] of samples.entries())
    results.push(failed[row] ? { quarantined: failed[row] } : await scanOne(workshop, sample, row));
  return results;
}

async function scanOne(workshop: Workshop, sample: Sample, row: number): Promise<ScannedSample> {
  try {
    return { size: await measureSample(workshop, await prepareInputs(workshop, sample, row), row) };
  } catch (error) {
    return { quarantined: quarantine(sample.id, error) };
  }
}
