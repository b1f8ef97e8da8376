import { CONTRACT, definePlugin, type Evaluation, type Figure, METRIC, type Metric } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import type { Box } from '../heads/box-target.js';
import { labelTarget } from '../objectives/label-target.js';
import { bootstrapMean } from './bootstrap-mean.js';
import { share, shareBy } from './share-by.js';
import { spreadRows } from './spread-rows.js';

const ID = '@modalkit/core/pointing';
/** Samples in the figure. */
const SHOWN = 12;
/** A box that overlaps the right one by at least so much counts as found (Yu et al. 2016). */
const FOUND = 0.5;
const schema = z.strictObject({
  /** A `locate` head. */
  head: z.string(),
  /** Column of the box; the head's name when left out. */
  target: z.string().optional(),
  /** Columns whose values are measured apart too: a language, an order of words. */
  by: z.array(z.string()).default([]),
  /** Inputs that the figure shows: the picture that is pointed into, and what is looked for. */
  show: z.tuple([z.string(), z.string()]).optional(),
});

export type PointingOptions = z.input<typeof schema>;
type Settings = z.output<typeof schema> & { readonly target: string };

/** Of one sample; undefined where it lacks picture, phrase or box. */
interface Look {
  readonly box: Box;
  readonly right: Box;
  readonly hit: boolean;
  readonly iou: number;
}

/**
 * How well a `locate` head finds what a phrase says: `pointing/<head>`, the share of samples whose likeliest region has its centre
 * in the right box (the pointing game, Zhang et al. 2016); `iou/<head>`, the mean overlap of the predicted box and the right one,
 * |A and B| / |A or B|, with a bootstrap interval over samples; `found/<head>`, the share with an overlap of at least 0.5. With `by` also
 * `pointing/<head>/<value>` of each value of these columns. By sample: hits and overlaps. A few are shown as heat maps.
 */
export const pointing = definePlugin((options: PointingOptions) => {
  const parsed = parseOptions(schema, options, ID);
  const settings = { ...parsed, target: parsed.target ?? parsed.head };
  const { head, target, by, show = [] } = settings;
  const metric: Metric & { readonly options: Settings } = {
    id: ID,
    options: settings,
    heads: [head],
    inputs: show,
    targets: [target, ...by],
    labels: Object.fromEntries(by.map((column) => [column, labelTarget()])),
    measure: async (evaluation) => measure(evaluation, settings),
  };
  return { id: ID, contract: CONTRACT, setup: (scope) => scope.provide(METRIC, () => metric) };
});

async function measure(evaluation: Evaluation, settings: Settings) {
  const { head, by } = settings;
  const looks = looksOf(evaluation, settings);
  const numbers = (of: (look: Look) => number) => looks.map((look) => (look ? of(look) : Number.NaN));
  const [hits, overlaps] = [numbers(({ hit }) => Number(hit)), numbers(({ iou }) => iou)];
  const found = looks.some((look) => look)
    ? { [`found/${head}`]: share(numbers(({ iou }) => Number(iou >= FOUND))) }
    : {};
  const [pointed, overlapped] = [`pointing/${head}`, `iou/${head}`];
  return {
    values: { ...shareBy(evaluation, pointed, hits, by), ...bootstrapMean(overlaps, overlapped), ...found },
    figures: await gallery(evaluation, settings, looks),
    bySample: { [pointed]: hits, [overlapped]: overlaps },
  };
}

function looksOf(evaluation: Evaluation, { head, target }: Settings): (Look | undefined)[] {
  const [points, boxes, valid] = ['point', 'box', 'valid'].map((name) => evaluation.output(`${head}/${name}`));
  return evaluation.samples.map(({ targets }, row) => {
    const right = targets[target] as Box | undefined;
    const seen = valid!.rows.subarray(row * valid!.width, (row + 1) * valid!.width).some((each) => each > 0);
    if (!right || !seen) return undefined;
    const [x, y] = points!.rows.subarray(2 * row, 2 * row + 2) as unknown as [number, number];
    const box = [...boxes!.rows.subarray(4 * row, 4 * row + 4)] as unknown as Box;
    const hit = x >= right[0] && x < right[2] && y >= right[1] && y < right[3];
    return { box, right, hit, iou: overlap(box, right) };
  });
}

/** Intersection over union. */
function overlap(a: Box, b: Box): number {
  const area = ([left, top, right, bottom]: Box) => Math.max(0, right - left) * Math.max(0, bottom - top);
  const both = area([Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])]);
  return both / (area(a) + area(b) - both || 1);
}

/** A few pictures: where the phrase looks, the box that is predicted and the right one. */
async function gallery(
  evaluation: Evaluation,
  { head, show }: Settings,
  looks: readonly (Look | undefined)[],
): Promise<Figure[]> {
  if (!show) return [];
  const [picture, phrase] = show;
  const attention = evaluation.output(`${head}/attention`);
  const regions = evaluation.output(`${head}/regionBoxes`);
  const rows = [];
  const known = [...looks.keys()].filter((row) => looks[row]);
  for (const row of spreadRows(known, SHOWN)) {
    const { inputs } = evaluation.samples[row]!;
    const query = await evaluation.preview(phrase, inputs[phrase]);
    const preview = await evaluation.preview(picture, inputs[picture]);
    if (!query || preview?.kind !== 'picture') continue;
    const look = looks[row]!;
    const heat = Array.from({ length: attention.width }, (_, at) => ({
      box: [...regions.rows.subarray(row * regions.width + 4 * at, row * regions.width + 4 * at + 4)] as unknown as Box,
      share: attention.rows[row * attention.width + at]!,
    })).filter(({ box }) => box[2] > box[0]);
    const boxes = [
      { box: look.right, label: 'right' },
      { box: look.box, label: 'predicted' },
    ];
    rows.push({
      query,
      results: [{ preview: { ...preview, marks: { heat, boxes } }, score: look.iou, hit: look.hit }],
    });
  }
  const title = `Where the head ${head} looks for the phrase, with the overlap of its box and the right one`;
  return rows.length > 0 ? [{ kind: 'gallery', title, rows }] : [];
}
