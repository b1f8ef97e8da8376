import type { BatchTensors, HostArrays, Preview } from '@modalkit/contract';
import { type FollowedSample, followSample } from '@modalkit/toolkit';
import { tensorsOf } from '@modalkit/toolkit/testing';
import { openAdapterBench } from './adapter-bench.js';
import type { AdapterCase } from './adapter-case.js';

/** A sample of an author's, followed through the adapter on plain JS, with weights that are not trained. */
export interface InspectedSample extends FollowedSample {
  readonly preview?: Preview;
}

/** Follows every sample by itself, padded to the longest. @throws ModalkitError PLUGIN that names the hook that failed on the way */
export async function inspectSamples(given: AdapterCase): Promise<InspectedSample[]> {
  const { adapter, raw, host, fitted, model, tf, length } = await openAdapterBench(given);
  const followed: InspectedSample[] = [];
  for (const sample of raw) {
    let arrays: BatchTensors | undefined;
    const tensors = (collated: HostArrays) => (arrays = tensorsOf(tf, collated));
    const seen = await followSample({ adapter, items: [sample], length, host, fitted, step: model.step, tensors });
    tf.dispose(arrays as never);
    followed.push({ ...seen, preview: await adapter.preview?.(sample, fitted) });
  }
  model.dispose();
  return followed;
}
