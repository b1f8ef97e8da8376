import { formatMeasured } from './format-number.js';
import { breakable, type Html, html } from './html.js';
import type { Values } from './run-schemas.js';

const HEADLINES = 4;
/** A longer table is folded up, so that what follows is near the top. */
const OPEN_ROWS = 40;

/** Values with their intervals: the first ones large, then, if there are more, a table of all. */
export function measuredValues(values: Values): Html {
  const names = Object.keys(values);
  return html`<ul class="headlines">${names.slice(0, HEADLINES).map((name) => headline(name, values))}</ul>
${names.length > HEADLINES && (names.length > OPEN_ROWS ? folded(values) : html`<div class="card scroll">${table(values)}</div>`)}`;
}

function headline(name: string, values: Values): Html {
  const { value, low, high, n } = values[name]!;
  return html`<li class="card"><span class="name">${breakable(name)}</span><strong>${formatMeasured(value)}</strong>
<span class="range">${formatMeasured(low)} – ${formatMeasured(high)} <span class="count">n = ${n.toLocaleString('en-US')}</span></span></li>`;
}

function table(values: Values): Html {
  const shares = Object.values(values).some(isShare);
  return html`<table class="measured"><thead><tr><th scope="col">Metric</th><th scope="col">Value</th><th scope="col">95 % interval</th><th scope="col">n</th>${
    shares && html`<th scope="col"><span class="ends"><span>0</span><span>1</span></span></th>`
  }</tr></thead><tbody>${Object.entries(values).map(
    ([name, measured]) => html`<tr><th scope="row">${breakable(name)}</th><td>${formatMeasured(measured.value)}</td>
<td>${formatMeasured(measured.low)} – ${formatMeasured(measured.high)}</td><td>${measured.n.toLocaleString('en-US')}</td>${shares && html`<td>${isShare(measured) && whisker(measured)}</td>`}</tr>`,
  )}</tbody></table>`;
}

function folded(values: Values): Html {
  const count = Object.keys(values).length;
  return html`<details class="card"><summary>All ${count} values</summary><div class="scroll">${table(values)}</div></details>`;
}

function isShare({ value, low, high }: Values[string]): boolean {
  return low >= 0 && high <= 1 && value >= 0 && value <= 1;
}

/** A share and its interval on a line from 0 to 1. */
function whisker({ value, low, high }: Values[string]): Html {
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  return html`<span class="whisker" aria-hidden="true"><i style="left:${percent(low)};width:${percent(high - low)}"></i><b style="left:${percent(value)}"></b></span>`;
}
