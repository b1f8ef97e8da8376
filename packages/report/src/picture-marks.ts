import { type Html, html } from './html.js';
import type { MarksData } from './run-schemas.js';

type Edges = MarksData['boxes'][number]['box'];

/** Opacity of the region that is looked at most. */
const MOST = 0.65;
/** Regions with less of that than this are not drawn. */
const LEAST = 0.02;

/** A heat map of regions and outlined boxes, to lie over a picture and stretch with it; it names the boxes and where most of the heat is. */
export function pictureMarks({ heat, boxes }: MarksData): Html {
  const most = Math.max(...heat.map(({ share }) => share), Number.MIN_VALUE);
  const hot = heat.filter(({ share }) => share > LEAST * most);
  return html`<svg viewBox="0 0 1 1" preserveAspectRatio="none" role="img" aria-label="${spoken({ heat, boxes })}">${hot.map(
    ({ box, share }) => rectangle(box, html`class="heat-cell" fill-opacity="${((MOST * share) / most).toFixed(3)}"`),
  )}${boxes.map(({ box, label }, index) => rectangle(box, html`class="box-${index}" vector-effect="non-scaling-stroke"`, label))}</svg>`;
}

function rectangle([left, top, right, bottom]: Edges, attributes: Html, title?: string): Html {
  const place = html`x="${left.toFixed(4)}" y="${top.toFixed(4)}" width="${(right - left).toFixed(4)}" height="${(bottom - top).toFixed(4)}"`;
  return html`<rect ${place} ${attributes}>${title ? html`<title>${title}</title>` : ''}</rect>`;
}

function spoken({ heat, boxes }: MarksData): string {
  const percent = (value: number) => `${Math.round(100 * value)} %`;
  const at = ([left, top, right, bottom]: Edges) =>
    `${percent((left + right) / 2)} across, ${percent((top + bottom) / 2)} down`;
  const [hottest] = [...heat].sort((a, b) => b.share - a.share);
  return [
    ...(hottest ? [`most attention (${percent(hottest.share)}) at ${at(hottest.box)}`] : []),
    ...boxes.map(({ box, label }) => `${label}: ${at(box)}`),
  ].join('; ');
}
