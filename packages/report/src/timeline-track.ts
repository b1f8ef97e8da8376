import { seriesColour } from './palette.js';
import type { PreviewData, TrackData } from './run-schemas.js';
import { type SeriesData, seriesPoints } from './series-points.js';

type Film = Extract<PreviewData, { kind: 'film' }>;
type Sound = Extract<PreviewData, { kind: 'sound' }>;
type Spans = Extract<TrackData, { spans: unknown }>;
/** A track that stands at its time. */
export type TimedTrack = Spans | { readonly name: string; readonly preview: Film | SeriesData | Sound };

/** Pixels and seconds of the axis of time. */
export interface TimeAxis {
  readonly width: number;
  readonly end: number;
}

/** Heights of tracks in pixels. */
const HEIGHT = { sound: 72, film: 72, series: 96, spans: 26 };

/** A sound is drawn when it has a spectrogram and says how long it is. */
export function isTimed(track: TrackData): track is TimedTrack {
  if ('spans' in track) return true;
  const { preview } = track;
  if (preview.kind === 'sound') return preview.spectrogram !== undefined && preview.seconds !== undefined;
  return preview.kind === 'film' || preview.kind === 'series';
}

/** The second after which nothing of a track is left; a film's last frame stays as long as the others do on average. */
export function endOfTrack(track: TimedTrack): number {
  if ('spans' in track) return Math.max(0, ...track.spans.map(({ end }) => end));
  const { preview } = track;
  if (preview.kind === 'sound') return preview.seconds!;
  if (preview.kind === 'series') {
    const longest = Math.max(0, ...preview.values.map(({ length }) => length));
    return (preview.start ?? 0) + longest / preview.rate;
  }
  const times = preview.frames.map(({ time }) => time);
  const last = times.at(-1) ?? 0;
  return times.length > 1 ? last + (last - times[0]!) / (times.length - 1) : last;
}

/** The marks of a track as layers of Vega-Lite: their place on the axis of time is the field `from`. */
export function trackMarks(track: TimedTrack, axis: TimeAxis) {
  if ('spans' in track) return { height: HEIGHT.spans, marks: spanMarks(track) };
  const { preview } = track;
  switch (preview.kind) {
    case 'sound':
      return { height: HEIGHT.sound, marks: [spectrogramMark(preview)] };
    case 'film':
      return { height: HEIGHT.film, marks: [frameMark(preview, axis)] };
    case 'series':
      return { height: HEIGHT.series, marks: [lineMark(preview)] };
  }
}

function spectrogramMark({ spectrogram, seconds }: Sound) {
  const { mime, base64 } = spectrogram!;
  return {
    data: { values: [{ from: 0, to: seconds!, url: `data:${mime};base64,${base64}` }] },
    mark: { type: 'image', aspect: false },
    encoding: {
      x2: { field: 'to' },
      y: { value: 0 },
      y2: { value: HEIGHT.sound },
      url: { field: 'url', type: 'nominal' },
    },
  } as const;
}

/** Frames whose left edge is their time; one that would cover another or leave the axis is left out. */
function frameMark({ frames }: Film, { width, end }: TimeAxis) {
  const { width: pixels = 1, height = 1 } = frames[0] ?? {};
  const wide = (HEIGHT.film * pixels) / height;
  let free = 0;
  const shown = frames.filter(({ time }) => {
    const left = (time / end) * width;
    if (left < free || (free > 0 && left + wide > width)) return false;
    free = left + wide;
    return true;
  });
  return {
    data: { values: shown.map(({ time, mime, base64 }) => ({ from: time, url: `data:${mime};base64,${base64}` })) },
    mark: { type: 'image', aspect: false, width: wide, height: HEIGHT.film, align: 'left', baseline: 'top' },
    encoding: { y: { value: 0 }, url: { field: 'url', type: 'nominal' } },
  } as const;
}

function lineMark(series: SeriesData) {
  return {
    data: { values: seriesPoints(series).map(({ time, ...point }) => ({ from: time, ...point })) },
    mark: { type: 'line', strokeWidth: 1.5 },
    encoding: {
      y: { field: 'value', type: 'quantitative', title: null, axis: { tickCount: 3 }, scale: { zero: false } },
      color: {
        field: 'channel',
        type: 'nominal',
        scale: { domain: [...series.names], range: series.names.map((_, index) => seriesColour(index)) },
        legend: null,
      },
    },
  } as const;
}

function spanMarks({ spans }: Spans) {
  const data = { values: spans.map(({ start, end, label }) => ({ from: start, to: end, label })) };
  const middle = { values: spans.map(({ start, end, label }) => ({ from: (start + end) / 2, label })) };
  return [
    {
      data,
      mark: { type: 'rect', color: 'var(--accent)', opacity: 0.25, cornerRadius: 3 },
      encoding: { x2: { field: 'to' }, y: { value: 0 }, y2: { value: HEIGHT.spans } },
    },
    {
      data: middle,
      mark: { type: 'text', fontSize: 12, baseline: 'middle', color: 'var(--ink)' },
      encoding: { y: { value: HEIGHT.spans / 2 }, text: { field: 'label', type: 'nominal' } },
    },
  ] as const;
}
