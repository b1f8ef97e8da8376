import { parse, View } from 'vega';
import { type Config, compile, type TopLevelSpec } from 'vega-lite';
import { Html, html } from './html.js';
import { measureTextAlike } from './measure-text.js';

const INK = 'var(--ink)';
const MUTED = 'var(--muted)';
const LINE = 'var(--line)';

/** Colours are the page's own variables, so that one drawing serves light, dark and print. */
const theme: Config = {
  aria: false,
  background: 'transparent',
  font: 'var(--font)',
  padding: 4,
  view: { stroke: null },
  axis: {
    domainColor: LINE,
    tickColor: LINE,
    gridColor: LINE,
    labelColor: MUTED,
    titleColor: MUTED,
    labelFontSize: 11,
    titleFontSize: 11,
    titleFontWeight: 'normal',
    titlePadding: 8,
    labelPadding: 5,
    tickSize: 4,
  },
  text: { color: INK, fontSize: 11 },
};

/**
 * Draws a Vega-Lite chart as inline SVG, on the server: no script is left to run.
 * @param alternative what the chart shows, for those who do not see it
 */
export async function renderChart(spec: TopLevelSpec, alternative: string): Promise<Html> {
  measureTextAlike();
  const view = new View(parse(compile(spec, { config: theme }).spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  const inline = svg.replace(/ (?:xmlns(?::xlink)?|version|class|role|aria-[a-z]+|pointer-events)="[^"]*"/g, '');
  return html`<div class="chart" role="img" aria-label="${alternative}">${new Html(inline)}</div>`;
}
