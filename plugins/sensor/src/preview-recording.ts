import type { Preview } from '@modalkit/contract';
import { unchanged } from './channel-statistics.js';
import { refusal } from './files/table.js';
import { GridResampler } from './grid-resampler.js';
import type { Recording } from './recording.js';
import type { ParsedSensorOptions } from './sensor-options.js';

const MOST_POINTS = 512;

/** The channels as lines of at most 512 points; where nothing was measured a line goes on with its last value. */
export function previewRecording(recording: Recording, options: ParsedSensorOptions, name: string): Preview {
  const times = recording.series.flatMap((series) => [series.times[0] ?? [], series.times.at(-1) ?? []].flat());
  if (times.length === 0) throw refusal(name, 'has no value in any channel');
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const rate = Math.min(options.rate, last > first ? (MOST_POINTS - 1) / (last - first) : options.rate);
  const points = Math.floor((last - first) * rate + 1e-6) + 1;
  const count = options.channels.length;
  const grid = new GridResampler(options.channels, { rate, gap: options.gap }, unchanged(count), first);
  recording.series.forEach((series, channel) => {
    grid.push(channel, series.times, series.values);
  });
  grid.finish();
  const part = grid.take(0, points);
  return {
    kind: 'series',
    names: options.channels.map((channel) => (channel.unit ? `${channel.name} (${channel.unit})` : channel.name)),
    rate,
    start: first,
    values: options.channels.map((_, channel) => {
      let value = recording.series[channel]!.values[0] ?? 0;
      return Array.from({ length: points }, (_, point) => {
        if (part?.present[point * count + channel]) value = part.values[point * count + channel]!;
        return value;
      });
    }),
  };
}
