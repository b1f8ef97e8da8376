import { formatNumber } from './format-number.js';
import { type Html, html } from './html.js';
import type { InspectedSampleData } from './inspection-schema.js';
import { matrixFigure } from './matrix-figure.js';
import { previewHtml } from './preview.js';

/** Tokens of a table; the rest is counted. */
const MOST_ROWS = 24;

/** One sample on its way: as people see it, its stages, its tokens with validity and positions, and those aligned. */
export async function inspectedSample(sample: InspectedSampleData, title: string): Promise<Html> {
  const { preview, aligned, values } = sample;
  const alignedTokens = await matrixFigure({
    kind: 'matrix',
    title: `Aligned: ${aligned[0]} tokens of width ${aligned[1]}`,
    rows: values.map((_, token) => `${token}`),
    columns: (values[0] ?? []).map((_, column) => `${column}`),
    values,
    rowTitle: 'token',
    columnTitle: 'width',
  });
  return html`<h3>${title}</h3><div class="grid large">
<div class="card">${preview ? await previewHtml(preview, title) : html`<p class="note">The adapter has no preview.</p>`}
${validity(sample)}${stagesTable(sample)}</div>
${tokensTable(sample)}
${alignedTokens}</div>`;
}

/** One mark a token: filled where it is real. */
function validity({ valid }: InspectedSampleData): Html {
  const real = valid.filter(Boolean).length;
  const marks = valid.map((value) => (value ? '■' : '□')).join('');
  return html`<p class="validity" aria-label="${real} of ${valid.length} tokens are valid">${marks}</p><p class="note">${real} of ${valid.length} tokens are valid.</p>`;
}

function stagesTable({ stages }: InspectedSampleData): Html {
  const rows = stages.map(
    ({ stage, milliseconds, bytes }) =>
      html`<tr><th scope="row">${stage}</th><td>${formatNumber(milliseconds)} ms</td><td>${formatNumber(bytes / 1024)} KiB</td></tr>`,
  );
  return html`<table><thead><tr><th scope="col">stage</th><th scope="col">time</th><th scope="col">memory</th></tr></thead><tbody>${rows}</tbody></table>`;
}

function tokensTable({ tokens, valid, position }: InspectedSampleData): Html {
  const kinds = Object.keys(position);
  const rows = valid
    .slice(0, MOST_ROWS)
    .map(
      (real, token) =>
        html`<tr><th scope="row">${token}</th><td>${real ? 'valid' : 'padding'}</td>${kinds.map((kind) => html`<td>${placeOf(position[kind]![token]!)}</td>`)}</tr>`,
    );
  const head = html`<tr><th scope="col">token</th><th scope="col">validity</th>${kinds.map((kind) => html`<th scope="col">${kind}</th>`)}</tr>`;
  return html`<figure class="card"><figcaption>Encoded: ${tokens[0]} tokens of width ${tokens[1]}</figcaption><div class="scroll"><table><thead>${head}</thead><tbody>${rows}</tbody></table></div>
${valid.length > MOST_ROWS && html`<p class="note">… and ${valid.length - MOST_ROWS} more.</p>`}</figure>`;
}

function placeOf(place: number | readonly number[]): string {
  return typeof place === 'number' ? formatNumber(place) : place.map((part) => formatNumber(part)).join(' … ');
}
