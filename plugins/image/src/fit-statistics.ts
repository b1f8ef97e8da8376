import { ModalkitError } from '@modalkit/contract';
import { ChannelHistogram, type ChannelStatistics } from './channel-statistics.js';

/**
 * Statistics of a stream of pictures, the same in any order.
 * @throws ModalkitError DATA when there is none
 */
export async function fitStatistics(
  pictures: AsyncIterable<{ readonly pixels: Uint8Array }>,
  channels: number,
): Promise<ChannelStatistics> {
  const histogram = new ChannelHistogram(channels);
  let count = 0;
  for await (const { pixels } of pictures) {
    histogram.add(pixels);
    count++;
  }
  if (count > 0) return histogram.statistics();
  throw new ModalkitError('DATA', '@modalkit/image: no picture in the training split to learn statistics from.');
}
