import { formatNumber } from './format-number.js';
import { type Html, html } from './html.js';
import { previewHtml } from './preview.js';
import type { GalleryData } from './run-schemas.js';

type Row = GalleryData['rows'][number];
type Result = Row['results'][number];

/** Queries beside their best answers; an answer known to be right or wrong is marked by sign, word and border. */
export async function galleryFigure({ title, rows }: GalleryData): Promise<Html> {
  return html`<figure class="card gallery"><figcaption>${title}</figcaption>${await Promise.all(rows.map(rowHtml))}</figure>`;
}

async function rowHtml({ query, results }: Row, index: number): Promise<Html> {
  return html`<div class="answers"><div class="query"><span class="tag">Query</span>${await previewHtml(query, `Query ${index + 1}`)}</div>
<ol>${await Promise.all(results.map(resultHtml))}</ol></div>`;
}

async function resultHtml({ preview, score, hit }: Result, index: number): Promise<Html> {
  const mark =
    hit === undefined ? undefined : hit ? html`<b class="right">✓ match</b>` : html`<b class="wrong">✗ other</b>`;
  return html`<li class="${hit === undefined ? '' : hit ? 'hit' : 'miss'}">${await previewHtml(preview, `Answer ${index + 1}`)}
<p class="score">${formatNumber(score)} ${mark}</p></li>`;
}
