import { renderChart } from './chart.js';
import type { CurveGroup, CurvePoint } from './curves.js';
import { formatNumber } from './format-number.js';
import { breakable, type Html, html } from './html.js';
import { legend } from './legend.js';
import { seriesColour } from './palette.js';

const TITLES: Record<string, string> = {
  loss: 'Loss',
  learningRate: 'Learning rate',
  gradientNorm: 'Gradient norm',
  samplesPerSecond: 'Samples per second',
  dataWaitShare: 'Time spent waiting for data',
  rssMb: 'Memory (resident, MB)',
};
/** Beyond this ratio of largest to smallest a loss or norm is drawn on a logarithmic axis. */
const LOGARITHMIC_FROM = 50;

/** A group of curves over the steps as a figure. */
export async function curveChart({ name, curves }: CurveGroup): Promise<Html> {
  const title = TITLES[name] ?? name;
  const names = [...curves.keys()];
  const colours = names.map((_, index) => seriesColour(index));
  const values = [...curves].flatMap(([curve, points]) => points.map((point) => ({ curve, ...point })));
  const x = { field: 'step', type: 'quantitative', title: 'step', axis: { grid: false, tickCount: 4 } } as const;
  const y = { field: 'value', type: 'quantitative', title: null, ...axis(name, values) } as const;
  const colour = { field: 'curve', type: 'nominal', scale: { domain: names, range: colours }, legend: null } as const;
  const chart = await renderChart(
    {
      width: 356,
      height: 210,
      autosize: { type: 'fit', contains: 'padding' },
      data: { values },
      encoding: { x, color: colour },
      layer: [
        {
          mark: { type: 'area', opacity: 0.2 },
          encoding: { y: { ...y, field: 'low' }, y2: { field: 'high' } },
        },
        { mark: { type: 'line', strokeWidth: 1.75, strokeJoin: 'round', point: singles(curves) }, encoding: { y } },
      ],
    },
    `${title}: ${[...curves].map(([curve, points]) => describe(curve, points)).join('; ')}.`,
  );
  return html`<figure class="card"><figcaption>${breakable(title)}</figcaption>${chart}${
    names.length > 1 && legend(names.map((curve, index) => ({ name: curve, colour: colours[index]! })))
  }</figure>`;
}

/** The vertical axis: from 0, or logarithmic for losses and norms that fall far. */
function axis(name: string, points: readonly CurvePoint[]) {
  const lowest = Math.min(...points.map(({ low }) => low));
  const highest = Math.max(...points.map(({ high }) => high));
  const falls = /^loss|^gradientNorm$/.test(name) && lowest > 0 && highest / lowest > LOGARITHMIC_FROM;
  if (!falls)
    return {
      axis: { tickCount: 5, format: name === 'dataWaitShare' ? '.1~%' : undefined },
      scale: { zero: true, nice: true },
    };
  const from = Math.floor(Math.log10(lowest));
  const powers = Array.from({ length: Math.ceil(Math.log10(highest)) - from + 1 }, (_, index) => 10 ** (from + index));
  return {
    axis: { values: powers, format: '~g' },
    scale: { type: 'log' as const, domain: [powers[0]!, powers.at(-1)!] },
  };
}

/** A curve of few points shows them. */
function singles(curves: CurveGroup['curves']): boolean {
  return Math.max(...[...curves.values()].map((points) => points.length)) <= 12;
}

function describe(curve: string, points: readonly CurvePoint[]): string {
  const first = points[0]!;
  const last = points.at(-1)!;
  return `${curve} ${formatNumber(first.value)} at step ${first.step}, ${formatNumber(last.value)} at step ${last.step}`;
}
