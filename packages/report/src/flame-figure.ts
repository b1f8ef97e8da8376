import { renderChart } from './chart.js';
import type { FlameNode } from './flame-tree.js';
import { formatNumber } from './format-number.js';
import { type Html, html } from './html.js';
import { legend } from './legend.js';
import { COLOURS, seriesColour } from './palette.js';

const [WIDTH, ROW] = [1010, 18];
/** Narrower ones are left out, in pixels. */
const NARROWEST = 2;
/** Of a character, and the room beside a name, in pixels. */
const [CHARACTER, MARGIN] = [6.4, 8];

interface Bar {
  readonly from: number;
  readonly to: number;
  readonly depth: number;
  readonly label: string;
  readonly owner: string;
}

/** Time by stacks: a bar is as wide as the share of a function's time and stands below its caller; the longest is first. */
export async function flameFigure(title: string, root: FlameNode): Promise<Html> {
  const bars = barsOf(root);
  const owners = [...new Set(bars.map(({ owner }) => owner))].sort();
  const colour = (owner: string) => seriesColour(owners.indexOf(owner) % COLOURS);
  const values = bars.map((bar) => ({ ...bar, colour: colour(bar.owner), end: bar.depth + 0.92 }));
  const position = {
    x: {
      field: 'from',
      type: 'quantitative',
      title: '% of the time',
      scale: { domainMin: 0, domainMax: 100, nice: false },
    },
    y: { field: 'depth', type: 'quantitative', axis: null, scale: { reverse: true, nice: false } },
  } as const;
  const depth = Math.max(...bars.map((bar) => bar.depth)) + 1;
  const chart = await renderChart(
    {
      width: WIDTH,
      height: depth * ROW,
      data: { values },
      layer: [
        {
          mark: { type: 'rect', stroke: 'var(--paper)', strokeWidth: 0.5, opacity: 0.55 },
          encoding: {
            ...position,
            x2: { field: 'to' },
            y2: { field: 'end' },
            color: { field: 'colour', type: 'nominal', scale: null },
          },
        },
        {
          mark: { type: 'text', align: 'left', baseline: 'top', dx: 4, dy: 3, fontSize: 11 },
          encoding: { ...position, text: { field: 'label' } },
        },
      ],
    },
    `${title}: ${bars
      .slice(1, 12)
      .map(({ label, from, to }) => `${label} ${formatNumber(to - from)} %`)
      .join(', ')}.`,
  );
  return html`<figure class="card"><figcaption>${title}</figcaption>${chart}${legend(owners.map((name) => ({ name: name || 'engine', colour: colour(name) })))}</figure>`;
}

function barsOf(root: FlameNode): Bar[] {
  const bars: Bar[] = [];
  const share = 100 / root.time;
  const lay = ({ name, owner, time, callees }: FlameNode, from: number, depth: number) => {
    const to = from + time * share;
    const pixels = ((to - from) * WIDTH) / 100;
    if (pixels < NARROWEST) return;
    const room = Math.floor((pixels - MARGIN) / CHARACTER);
    bars.push({ from, to, depth, owner, label: room < 3 ? '' : cut(`${name} ${formatNumber(time * share)} %`, room) });
    let at = from;
    for (const callee of callees.toSorted((one, other) => other.time - one.time)) {
      lay(callee, at, depth + 1);
      at += callee.time * share;
    }
  };
  lay(root, 0, 0);
  return bars;
}

function cut(label: string, room: number): string {
  return label.length <= room ? label : `${label.slice(0, room - 1)}…`;
}
