import { renderChart } from './chart.js';
import { type Html, html } from './html.js';
import { seriesColour } from './palette.js';
import { pictureMarks } from './picture-marks.js';
import type { PreviewData } from './run-schemas.js';
import { type SeriesData, seriesPoints } from './series-points.js';

/** A sample as words, picture, sound, film or series. @param role what it is on the page, said to those who do not see it */
export async function previewHtml(preview: PreviewData, role: string): Promise<Html> {
  switch (preview.kind) {
    case 'words':
      return html`<p class="words" dir="auto">${preview.text}</p>`;
    case 'picture':
      return preview.marks
        ? html`<div class="marked">${picture(preview, role)}${pictureMarks(preview.marks)}</div>`
        : picture(preview, role);
    case 'sound':
      return html`<audio controls preload="metadata" aria-label="${role}" src="data:${preview.mime};base64,${preview.base64}"></audio>${preview.spectrogram ? picture(preview.spectrogram, `spectrogram of ${role}`) : ''}`;
    case 'film':
      return html`<div class="film">${preview.frames.map((frame) => picture(frame, `${role} at ${frame.time.toFixed(2)} s`))}</div>`;
    case 'series':
      return seriesChart(preview, role);
  }
}

function picture({ mime, base64, width, height }: PictureData, role: string): Html {
  return html`<img src="data:${mime};base64,${base64}" alt="${role}, ${width} by ${height} pixels" width="${width}" height="${height}">`;
}

type PictureData = Omit<Extract<PreviewData, { kind: 'picture' }>, 'kind' | 'marks'>;

/** Channels over seconds. */
async function seriesChart(series: SeriesData, role: string): Promise<Html> {
  const { names, rate } = series;
  return renderChart(
    {
      width: 220,
      height: 96,
      autosize: { type: 'fit', contains: 'padding' },
      data: { values: seriesPoints(series) },
      mark: { type: 'line', strokeWidth: 1.25 },
      encoding: {
        x: { field: 'time', type: 'quantitative', title: 'seconds', axis: { grid: false, tickCount: 3 } },
        y: { field: 'value', type: 'quantitative', title: null, axis: { tickCount: 3 }, scale: { zero: false } },
        color: {
          field: 'channel',
          type: 'nominal',
          scale: { domain: [...names], range: names.map((_, index) => seriesColour(index)) },
          legend: null,
        },
      },
    },
    `${role}: ${names.join(', ')} at ${rate} values a second`,
  );
}
