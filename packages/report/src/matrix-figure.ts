import stringWidth from 'string-width';
import { renderChart } from './chart.js';
import { formatNumber } from './format-number.js';
import { type Html, html } from './html.js';
import { reduceMatrix } from './reduce-matrix.js';
import type { MatrixData } from './run-schemas.js';

/** Side of the drawing in pixels, and the largest side of a cell. */
const SIDE = 420;
const LARGEST_CELL = 48;
/** Cells of at least this size hold their number. */
const NUMBERED_CELL = { width: 26, height: 13 };
/** A matrix of more rows or columns is averaged. */
const MOST_CELLS = 84;

/** A matrix as a heat map, with its numbers when they fit. Negative values have a colour of their own. */
export async function matrixFigure(figure: MatrixData): Promise<Html> {
  const shown = reduceMatrix(figure, MOST_CELLS);
  const cell = cellOf(shown);
  const finite = shown.values.flat().filter(Number.isFinite);
  if (finite.length === 0)
    return html`<figure class="card"><figcaption>${figure.title}</figcaption>No values.</figure>`;
  const range = rangeOf(finite);
  const size = `${figure.rows.length} by ${figure.columns.length}`;
  const chart = await renderChart(
    heatMap(shown, cell, range),
    `${figure.title}: ${size} values from ${formatNumber(Math.min(...finite))} to ${formatNumber(Math.max(...finite))}.`,
  );
  return html`<figure class="card heat"><figcaption>${figure.title}</figcaption>${chart}
<p class="scale"><span>${formatNumber(range.from)}</span><i class="${range.from < 0 ? 'diverging' : 'sequential'}"></i><span>${formatNumber(range.to)}</span></p>
${shown !== figure && html`<p class="note">Averaged over blocks of a matrix of ${size}.</p>`}${isNumbered(cell) && numbersOf(shown)}</figure>`;
}

/** Pixels of a cell: a matrix of many rows and few columns has flat ones. */
interface Cell {
  readonly width: number;
  readonly height: number;
}

function cellOf({ rows, columns }: MatrixData): Cell {
  return { width: Math.min(LARGEST_CELL, SIDE / columns.length), height: Math.min(LARGEST_CELL, SIDE / rows.length) };
}

function isNumbered({ width, height }: Cell): boolean {
  return width >= NUMBERED_CELL.width && height >= NUMBERED_CELL.height;
}

/** What the colours span: symmetric about 0 when there are negative values. */
interface Range {
  readonly from: number;
  readonly to: number;
}

function rangeOf(values: readonly number[]): Range {
  const lowest = Math.min(...values);
  const highest = Math.max(...values);
  if (lowest >= 0) return { from: lowest, to: highest };
  const reach = Math.max(-lowest, highest);
  return { from: -reach, to: reach };
}

/** How strongly a value is coloured, 0..1. */
function strength(value: number, { from, to }: Range): number {
  if (!Number.isFinite(value)) return 0;
  if (from < 0) return Math.abs(value) / to;
  return to === from ? 1 : (value - from) / (to - from);
}

function heatMap({ rows, columns, values, rowTitle, columnTitle }: MatrixData, cell: Cell, range: Range) {
  const write = writer(values.flat());
  const cells = rows.flatMap((_, row) =>
    columns.map((_, column) => {
      const value = values[row]?.[column] ?? Number.NaN;
      return { row, column, value, strength: strength(value, range), written: write(value) };
    }),
  );
  return {
    width: cell.width * columns.length,
    height: cell.height * rows.length,
    data: { values: cells },
    encoding: { x: band('column', columns, cell.width, columnTitle), y: band('row', rows, cell.height, rowTitle) },
    layer: [rectangles(cell), ...(isNumbered(cell) ? [numerals(cell)] : [])],
  };
}

function rectangles({ width, height }: Cell) {
  return {
    mark: { type: 'rect', stroke: 'var(--card)', strokeWidth: Math.min(width, height) > 12 ? 1 : 0 },
    encoding: {
      color: { condition: { test: 'datum.value < 0', value: 'var(--negative)' }, value: 'var(--heat)' },
      fillOpacity: {
        field: 'strength',
        type: 'quantitative',
        scale: { domain: [0, 1], range: [0.05, 1] },
        legend: null,
      },
    },
  } as const;
}

function numerals({ width, height }: Cell) {
  return {
    mark: { type: 'text', fontSize: Math.min(13, width * 0.28, height * 0.75) },
    encoding: {
      text: { field: 'written', type: 'nominal' },
      color: { condition: { test: 'datum.strength > 0.55', value: 'var(--card)' }, value: 'var(--ink)' },
    },
  } as const;
}

/** One axis of cells by index, labelled by name: two rows of one name stay two rows. */
function band(field: 'row' | 'column', names: readonly string[], side: number, title: string | undefined) {
  const longest = Math.max(...names.map((name) => stringWidth(name)));
  const slanted = field === 'column' && longest * 6 > side;
  return {
    field,
    type: 'ordinal',
    title: title ?? null,
    scale: { paddingInner: 0, paddingOuter: 0 },
    axis: {
      labelExpr: `${JSON.stringify(names)}[datum.value]`,
      labelAngle: slanted ? -45 : 0,
      labelLimit: field === 'row' ? 210 : 150,
      labelOverlap: side < 14 && 'greedy',
      ticks: false,
      domain: false,
    },
  } as const;
}

/** Counts as they are, other numbers with two places. */
function writer(values: readonly number[]): (value: number) => string {
  const counts = values.every((value) => Number.isInteger(value) || !Number.isFinite(value));
  return (value) => {
    if (!Number.isFinite(value)) return '';
    return counts ? formatNumber(value) : value.toFixed(2).replace(/^-(0\.00)$/, '$1');
  };
}

/** The same numbers as a table, for those who copy them or do not see the drawing. */
function numbersOf({ rows, columns, values, rowTitle, columnTitle }: MatrixData): Html {
  const write = writer(values.flat());
  const corner = [rowTitle, columnTitle].filter(Boolean).join(' \\ ');
  return html`<details><summary>Numbers</summary><div class="scroll"><table><thead><tr><th scope="col">${corner}</th>${columns.map(
    (name) => html`<th scope="col">${name}</th>`,
  )}</tr></thead><tbody>${rows.map(
    (name, row) =>
      html`<tr><th scope="row">${name}</th>${columns.map((_, column) => html`<td>${write(values[row]?.[column] ?? Number.NaN)}</td>`)}</tr>`,
  )}</tbody></table></div></details>`;
}
