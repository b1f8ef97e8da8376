import { renderChart } from './chart.js';
import { formatNumber } from './format-number.js';
import { type Html, html } from './html.js';
import { legend } from './legend.js';
import { seriesColour } from './palette.js';
import type { CurvesData } from './run-schemas.js';

/** Lines over one axis, with a shade or a bar for each point's interval, and the numbers as a table. */
export async function curvesFigure({ title, axis, scale = 'linear', curves }: CurvesData): Promise<Html> {
  const points = curves.flatMap(({ name, points }) => points.map((point) => ({ name, ...point })));
  if (points.length === 0) return html`<figure class="card"><figcaption>${title}</figcaption>No values.</figure>`;
  const names = curves.map(({ name }) => name);
  const colours = names.map((_, index) => seriesColour(index));
  const x = { field: 'at', type: 'quantitative', title: axis, scale: { type: scale }, axis: { grid: false } } as const;
  const y = { type: 'quantitative', title: null, axis: { tickCount: 5 }, scale: { zero: false, nice: true } } as const;
  const colour = { field: 'name', type: 'nominal', scale: { domain: names, range: colours }, legend: null } as const;
  const interval = { y: { ...y, field: 'low' }, y2: { field: 'high' } } as const;
  const chart = await renderChart(
    {
      width: 420,
      height: 260,
      autosize: { type: 'fit', contains: 'padding' },
      data: { values: points },
      encoding: { x, color: colour },
      layer: [
        { mark: { type: 'area', opacity: 0.15 }, encoding: interval },
        { mark: { type: 'rule', opacity: 0.5 }, encoding: interval },
        { mark: { type: 'line', strokeWidth: 1.75, point: true }, encoding: { y: { ...y, field: 'value' } } },
      ],
    },
    `${title}: ${curves.map(describe).join('; ')}.`,
  );
  const signs = names.map((name, index) => ({ name, colour: colours[index]! }));
  return html`<figure class="card"><figcaption>${title}</figcaption>${chart}${names.length > 1 && legend(signs)}${numbersOf(axis, curves)}</figure>`;
}

function describe({ name, points }: CurvesData['curves'][number]): string {
  return `${name} ${points.map(({ at, value }) => `${formatNumber(value)} at ${formatNumber(at)}`).join(', ')}`;
}

function numbersOf(axis: string, curves: CurvesData['curves']): Html {
  const rows = curves.flatMap(({ name, points }) =>
    points.map(
      ({ at, value, low, high }) =>
        html`<tr><th scope="row">${name}</th><td>${formatNumber(at)}</td><td>${formatNumber(value)}</td><td>${formatNumber(low)} – ${formatNumber(high)}</td></tr>`,
    ),
  );
  return html`<details><summary>Numbers</summary><div class="scroll"><table><thead><tr><th scope="col"></th><th scope="col">${axis}</th><th scope="col">value</th><th scope="col">95 % interval</th></tr></thead><tbody>${rows}</tbody></table></div></details>`;
}
