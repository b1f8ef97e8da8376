import { renderChart } from './chart.js';
import type { CurveGroup, CurvePoint } from './curves.js';
import { formatNumber } from './format-number.js';
import { type Html, html } from './html.js';
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
  const x = { field: 'step', type: 'quantitative', title: 'step', axis: { grid: false, tickCount: 5 } } as const;
  const y = { field: 'value', type: 'quantitative', title: null, axis: { tickCount: 5, ...axisFormat(name) } } as const;
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
          encoding: { y: { ...y, field: 'low', scale: axisScale(name, values) }, y2: { field: 'high' } },
        },
        { mark: { type: 'line', strokeWidth: 1.75, strokeJoin: 'round', point: singles(curves) }, encoding: { y } },
      ],
    },
    `${title}: ${[...curves].map(([curve, points]) => describe(curve, points)).join('; ')}.`,
  );
  const single = names.length === 1 && names[0] === name;
  return html`<figure class="card"><figcaption>${title}</figcaption>${chart}${
    !single && legend(names.map((curve, index) => ({ name: curve, colour: colours[index]! })))
  }</figure>`;
}

function axisFormat(name: string): { format?: string } {
  if (name === 'dataWaitShare') return { format: '.1~%' };
  return name === 'learningRate' ? { format: '~e' } : { format: '~s' };
}

function axisScale(name: string, points: readonly CurvePoint[]) {
  const lowest = Math.min(...points.map(({ low }) => low));
  const highest = Math.max(...points.map(({ high }) => high));
  const spread = /^loss|^gradientNorm$/.test(name) && lowest > 0 && highest / lowest > LOGARITHMIC_FROM;
  return spread ? ({ type: 'log', nice: true } as const) : ({ zero: true, nice: true } as const);
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
