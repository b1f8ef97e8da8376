import type { ChannelStatistics } from './channel-statistics.js';
import { refusal } from './files/table.js';
import { GridResampler } from './grid-resampler.js';
import type { PrepareOptions } from './prepare-options.js';
import type { Recording } from './recording.js';
import { type PreparedSensor, pointsOf, tokensOf, validWindows } from './windows.js';

/**
 * A recording as standardised windows on one grid, which begins at `start` or with the first sample; windows at the end in
 * which too little was measured are left out.
 * @param name what errors call it
 * @throws ModalkitError SAMPLE when nothing was measured or there are more windows than `maxTokens`
 */
export function prepareRecording(
  recording: Recording,
  { start, end }: { readonly start?: number | undefined; readonly end?: number | undefined },
  options: PrepareOptions,
  statistics: ChannelStatistics,
  name: string,
): PreparedSensor {
  const times = recording.series.flatMap((series) => [series.times[0] ?? [], series.times.at(-1) ?? []].flat());
  if (times.length === 0) throw refusal(name, 'has no value in any channel; record it again or take its sample out');
  const first = start ?? Math.min(...times);
  const last = end ?? Math.max(...times) + 1 / options.rate;
  const tokens = tokensOf(Math.round((last - first) * options.rate), options);
  if (tokens > options.maxTokens)
    throw refusal(
      name,
      `has ${tokens} windows, more than maxTokens, ${options.maxTokens}; take a stretch of it with start and end, a larger stride, or raise maxTokens`,
    );
  const resampler = new GridResampler(options.channels, options, statistics, first);
  resample(resampler, recording);
  const part = resampler.take(0, pointsOf(tokens, options));
  const valid = part ? validWindows(part.present, tokens, options) : new Uint8Array();
  const used = valid.lastIndexOf(1) + 1;
  if (!part || used === 0)
    throw refusal(
      name,
      `has no window of ${options.window} s with enough values in it (coverage ${options.coverage}); record longer, or lower coverage`,
    );
  const size = pointsOf(used, options) * options.channels.length;
  return {
    start: first,
    values: part.values.slice(0, size),
    present: part.present.slice(0, size),
    valid: valid.slice(0, used),
  };
}

/** Pushes all samples, broken off where the recording says that nothing is known. */
function resample(resampler: GridResampler, { series, gaps }: Recording): void {
  const positions = series.map(() => 0);
  const pushUntil = (time: number) => {
    series.forEach(({ times, values }, channel) => {
      const from = positions[channel]!;
      let to = from;
      while (to < times.length && times[to]! < time) to++;
      resampler.push(channel, times.subarray(from, to), values.subarray(from, to));
      positions[channel] = to;
    });
  };
  for (const { time } of [...gaps].sort((a, b) => a.time[1] - b.time[1])) {
    pushUntil(time[1]);
    resampler.interrupt();
  }
  pushUntil(Number.POSITIVE_INFINITY);
  resampler.finish();
}
