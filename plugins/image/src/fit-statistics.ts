import { isModalkitError, ModalkitError } from '@modalkit/contract';
import { ChannelHistogram, type ChannelStatistics } from './channel-statistics.js';

/** Pictures decoded at the same time. */
const AHEAD = 8;

/**
 * Statistics of a stream of pictures. Samples that cannot be read are left out: they are quarantined when prepared.
 * @throws ModalkitError DATA when not one picture could be read
 */
export async function fitStatistics<Raw>(
  samples: AsyncIterable<Raw>,
  channels: number,
  decode: (sample: Raw) => Promise<Uint8Array>,
): Promise<ChannelStatistics> {
  const histogram = new ChannelHistogram(channels);
  const pending = new Set<Promise<void>>();
  const failures: unknown[] = [];
  let pictures = 0;
  const add = async (sample: Raw) => {
    try {
      histogram.add(await decode(sample));
      pictures++;
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
  if (pictures > 0) return histogram.statistics();
  throw new ModalkitError(
    'DATA',
    '@modalkit/image: no readable picture in the training split to learn statistics from.',
  );
}
