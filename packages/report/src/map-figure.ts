import { renderChart } from './chart.js';
import { type Html, html } from './html.js';
import { labelPlaces, type Place } from './label-places.js';
import { legend } from './legend.js';
import { mapLayout } from './map-layout.js';
import { groupShape, seriesColour } from './palette.js';
import type { MapData } from './run-schemas.js';

const MOST_POINTS = 1500;
/** Names of more labels than this would cover the map. */
const MOST_NAMED = 24;

/** Vectors as a map: colour by label, shape by group, each label written where its points gather. */
export async function mapFigure({ title, points }: MapData): Promise<Html> {
  const sound = points.filter(({ vector }) => vector.length > 0 && vector.every(Number.isFinite));
  const stride = Math.ceil(sound.length / MOST_POINTS);
  const shown = sound.filter((_, index) => index % stride === 0);
  const places = mapLayout(shown.map(({ vector }) => vector)).map(([x, y], index): Place => {
    const { group, label } = shown[index]!;
    return { x, y, group, label };
  });
  if (places.length === 0) return html`<figure class="card"><figcaption>${title}</figcaption>Too few points.</figure>`;
  const labels = [...new Set(places.map(({ label }) => label))].sort();
  const groups = [...new Set(places.map(({ group }) => group))].sort();
  const chart = await renderChart(
    mapSpec(places, labels, groups),
    `${title}: ${places.length} points of ${labels.length} labels in ${groups.length} groups.`,
  );
  return html`<figure class="card"><figcaption>${title}</figcaption>${chart}
${groups.length > 1 && legend(groups.map((name, index) => ({ name, colour: 'var(--muted)', sign: groupShape(index).sign })))}
${labels.length <= MOST_NAMED && legend(labels.map((name, index) => ({ name, colour: seriesColour(index) })))}
<p class="note">${shown.length < points.length && `${shown.length} of ${points.length} points. `}Near points have similar vectors; the axes have no meaning of their own (UMAP).</p></figure>`;
}

function mapSpec(places: readonly Place[], labels: readonly string[], groups: readonly string[]) {
  const axis = (field: 'x' | 'y') =>
    ({ field, type: 'quantitative', axis: null, scale: { zero: false, nice: false, padding: 12 } }) as const;
  const points = {
    mark: { type: 'point', filled: true, size: 46, opacity: 0.75, stroke: 'var(--card)', strokeWidth: 0.4 },
    encoding: {
      x: axis('x'),
      y: axis('y'),
      color: {
        field: 'label',
        type: 'nominal',
        scale: { domain: labels, range: labels.map((_, index) => seriesColour(index)) },
        legend: null,
      },
      shape: {
        field: 'group',
        type: 'nominal',
        scale: { domain: groups, range: groups.map((_, index) => groupShape(index).name) },
        legend: null,
      },
    },
  } as const;
  const named = labels.length <= MOST_NAMED ? labelPlaces(places) : [];
  return { width: 480, height: 420, data: { values: [...places] }, layer: [points, halo(named), names(named)] };
}

function names(places: readonly Place[]) {
  return {
    data: { values: [...places] },
    mark: { type: 'text', fontSize: 14, fontWeight: 'bold', dy: -11, color: 'var(--ink)' },
    encoding: {
      x: { field: 'x', type: 'quantitative' },
      y: { field: 'y', type: 'quantitative' },
      text: { field: 'label', type: 'nominal' },
    },
  } as const;
}

/** Keeps names legible over the points. */
function halo(places: readonly Place[]) {
  const layer = names(places);
  return { ...layer, mark: { ...layer.mark, stroke: 'var(--card)', strokeWidth: 4, strokeJoin: 'round' } } as const;
}
