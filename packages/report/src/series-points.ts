import type { PreviewData } from './run-schemas.js';

export type SeriesData = Extract<PreviewData, { kind: 'series' }>;

const MOST_POINTS = 240;

/** Points of each channel with their seconds, thinned to what a line can show; `values` holds one list a channel. */
export function seriesPoints({ names, rate, start = 0, values }: SeriesData) {
  return values.flatMap((channel, index) => {
    const stride = Math.max(1, Math.ceil(channel.length / MOST_POINTS));
    return channel.flatMap((value, at) =>
      at % stride === 0 ? [{ channel: names[index] ?? `${index}`, time: start + at / rate, value }] : [],
    );
  });
}
