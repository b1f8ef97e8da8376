import { ModalkitError } from '@modalkit/contract';
import { ChannelHistogram, type ChannelStatistics } from './channel-histogram.js';
import type { PreparedVideo } from './prepared-video.js';

/**
 * Statistics of a stream of clips, over the frames that the policy chose, the same in any order.
 * @throws ModalkitError DATA when there is none
 */
export async function fitStatistics(clips: AsyncIterable<PreparedVideo>, channels: number): Promise<ChannelStatistics> {
  const histogram = new ChannelHistogram(channels);
  let count = 0;
  for await (const { pixels } of clips) {
    histogram.add(pixels);
    count++;
  }
  if (count > 0) return histogram.statistics();
  throw new ModalkitError('DATA', '@modalkit/video: no clip in the training split to learn statistics from.');
}
