import { type HostContext, isModalkitError, ModalkitError } from '@modalkit/contract';
import type { PrepareOptions } from './prepare-options.js';
import { prepareSample } from './prepare-sample.js';
import type { RawSensor } from './raw-sensor.js';
import { fitSpectrum } from './spectrum-statistics.js';

/** Mean and standard deviation of each channel, in its unit. */
export interface ChannelStatistics {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** Values that change nothing: for `standardise: 'none'`. */
export const unchanged = (channels: number): ChannelStatistics => ({
  mean: Array(channels).fill(0),
  std: Array(channels).fill(1),
});

/**
 * Mean and population deviation of each channel over all samples of the training split (Welford 1962); a channel that never
 * changes gets deviation 1. Samples that cannot be prepared are left out: they are quarantined.
 * @throws ModalkitError DATA that names a channel of which nothing was measured
 */
export async function fitStatistics(
  samples: AsyncIterable<RawSensor>,
  options: PrepareOptions,
  context: HostContext<undefined>,
): Promise<ChannelStatistics & { readonly spectrum?: ChannelStatistics }> {
  const nothing = unchanged(options.channels.length);
  const again: RawSensor[] = [];
  const running = options.channels.map(() => ({ count: 0, mean: 0, squares: 0 }));
  for await (const sample of samples) {
    const recording = (await usable(sample, options, nothing, context))?.recording;
    if (recording && options.spectrum) again.push(sample);
    recording?.series.forEach(({ values }, channel) => {
      add(running[channel]!, values);
    });
  }
  const lacking = options.channels.find((_, channel) => running[channel]!.count === 0);
  if (lacking)
    throw new ModalkitError(
      'DATA',
      `@modalkit/sensor: channel ${JSON.stringify(lacking.name)} has no value in the training split to learn statistics from; take it out of channels.`,
    );
  const deviation = running.map(({ count, squares }) => Math.sqrt(squares / count));
  const learnt = {
    mean: running.map(({ mean }) => mean),
    std: deviation.map((std, channel) => (std > 1e-6 * Math.abs(running[channel]!.mean) && std > 1e-12 ? std : 1)),
  };
  const { spectrum } = options;
  if (!spectrum) return learnt;
  const windows = async (sample: number) => (await usable(again[sample]!, options, learnt, context))?.windows;
  return { ...learnt, spectrum: await fitSpectrum(again.length, windows, { ...options, spectrum }) };
}

/** A sample's recording and windows; undefined when no windows can be made of it. */
async function usable(
  sample: RawSensor,
  options: PrepareOptions,
  statistics: ChannelStatistics,
  context: HostContext<undefined>,
): Promise<Awaited<ReturnType<typeof prepareSample>> | undefined> {
  try {
    return await prepareSample(sample, options, statistics, context);
  } catch (error) {
    if (isModalkitError(error) && error.code === 'SAMPLE') return undefined;
    throw error;
  }
}

function add(running: { count: number; mean: number; squares: number }, values: Float32Array): void {
  for (const value of values) {
    running.count++;
    const distance = value - running.mean;
    running.mean += distance / running.count;
    running.squares += distance * (value - running.mean);
  }
}
