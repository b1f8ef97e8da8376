import { renderChart } from './chart.js';
import { formatNumber } from './format-number.js';
import { type Html, html } from './html.js';
import { legend } from './legend.js';
import { seriesColour } from './palette.js';
import { previewHtml } from './preview.js';
import type { PreviewData, TimelineData, TrackData } from './run-schemas.js';
import { endOfTrack, isTimed, type TimeAxis, type TimedTrack, trackMarks } from './timeline-track.js';

/** Width of the axis of time in pixels. */
const WIDTH = 1010;

/** Tracks on one axis of seconds; above them what has no time, and what can be heard. */
export async function timelineFigure({ title, tracks }: TimelineData): Promise<Html> {
  const timed = tracks.filter(isTimed);
  const above = tracks.flatMap((track) => ('preview' in track ? (shownAbove(track) ?? []) : []));
  const cards = above.map(
    async ({ name, preview }) =>
      html`<div><span class="tag">${name}</span>${await previewHtml(preview, `${name} of ${title}`)}</div>`,
  );
  const film = timed.some((track) => 'preview' in track && track.preview.kind === 'film');
  return html`<figure class="card timeline"><figcaption>${title}</figcaption>${
    cards.length > 0 && html`<div class="beside">${await Promise.all(cards)}</div>`
  }${timed.length > 0 && (await chart(title, timed))}${film && html`<p class="note">The left edge of a frame is its time.</p>`}</figure>`;
}

type PreviewTrack = Extract<TrackData, { preview: PreviewData }>;

/** A sound that is drawn can still be played. */
function shownAbove(track: PreviewTrack): PreviewTrack | undefined {
  if (!isTimed(track)) return track;
  const { name, preview } = track;
  return preview.kind === 'sound' ? { name, preview: { ...preview, spectrogram: undefined } } : undefined;
}

async function chart(title: string, tracks: readonly TimedTrack[]): Promise<Html> {
  const axis = { width: WIDTH, end: Math.max(...tracks.map(endOfTrack)) };
  const views = tracks.map((track, index) => view(track, axis, index === tracks.length - 1));
  const names = tracks.map(({ name }) => name).join(', ');
  const drawn = await renderChart(
    { bounds: 'flush', spacing: 28, vconcat: views },
    `${title}: ${names} over ${formatNumber(axis.end)} seconds.`,
  );
  const channels = tracks.map((track) =>
    'preview' in track && track.preview.kind === 'series' ? track.preview.names : [],
  );
  const keys = channels.flatMap((all) => all.map((name, index) => ({ name, colour: seriesColour(index) })));
  return html`${drawn}${keys.length > 0 && legend(keys)}`;
}

/** One track; the lowest has the numbers of the axis. */
function view(track: TimedTrack, axis: TimeAxis, last: boolean) {
  const { height, marks } = trackMarks(track, axis);
  const x = {
    field: 'from',
    type: 'quantitative',
    title: last ? 'seconds' : null,
    scale: { domainMin: 0, domainMax: axis.end, nice: false, zero: false },
    axis: { labels: last, ticks: last, tickCount: 12 },
  } as const;
  return {
    width: axis.width,
    height,
    title: {
      text: track.name,
      anchor: 'start',
      frame: 'group',
      fontSize: 12,
      fontWeight: 'normal',
      color: 'var(--muted)',
      offset: 5,
    },
    layer: marks.map((mark) => ({ ...mark, encoding: { ...mark.encoding, x } })),
  } as const;
}
