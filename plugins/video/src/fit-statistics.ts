import { isModalkitError, ModalkitError } from '@modalkit/contract';
import { ChannelHistogram, type ChannelStatistics } from './channel-histogram.js';
import type { PreparedVideo } from './prepared-video.js';
import type { RawVideo } from './raw-video.js';

/** Clips decoded at the same time: each is a process of its own. */
const AHEAD = 2;

/**
 * Statistics of a stream of clips, over the frames that the policy chooses. Samples that cannot be read are left out: they
 * are quarantined when prepared.
 * @throws ModalkitError DATA when not one clip could be read
 */
export async function fitStatistics(
  samples: AsyncIterable<RawVideo>,
  channels: number,
  prepare: (sample: RawVideo) => Promise<PreparedVideo>,
): Promise<ChannelStatistics> {
  const histogram = new ChannelHistogram(channels);
  const pending = new Set<Promise<void>>();
  const failures: unknown[] = [];
  let clips = 0;
  const add = async (sample: RawVideo) => {
    try {
      histogram.add((await prepare(sample)).pixels);
      clips++;
    } catch (error) {
      if (!isModalkitError(error) || error.code !== 'SAMPLE') failures.push(error);
    }
  };
  for await (const sample of samples) {
    const task: Promise<void> = add(sample).finally(() => pending.delete(task));
    pending.add(task);
    if (pending.size >= AHEAD) await Promise.race(pending);
    if (failures.length > 0) break;
  }
  await Promise.all(pending);
  if (failures.length > 0) throw failures[0];
  if (clips > 0) return histogram.statistics();
  throw new ModalkitError('DATA', '@modalkit/video: no readable clip in the training split to learn statistics from.');
}
