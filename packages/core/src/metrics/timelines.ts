import {
  CONTRACT,
  definePlugin,
  type Evaluation,
  type Figure,
  METRIC,
  type Metric,
  type Sample,
  type Track,
} from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { labelsOf } from './labels.js';
import { spreadRows } from './spread-rows.js';

const ID = '@modalkit/core/timelines';
const schema = z.strictObject({
  /** Inputs of a sample that are shown together, from top to bottom. */
  inputs: z.array(z.string()).min(1),
  /** Column of a class: samples of different classes are shown. */
  target: z.string().optional(),
  /** How many samples. */
  samples: z.int().min(1).max(20).default(3),
});

export type TimelinesOptions = z.input<typeof schema>;
type Settings = z.output<typeof schema>;

/** All inputs of a few samples that have them, on one axis of time as their previews know it; no values. */
export const timelines = definePlugin((options: TimelinesOptions) => {
  const parsed = parseOptions(schema, options, ID);
  const metric: Metric & { readonly options: Settings } = {
    id: ID,
    options: parsed,
    inputs: parsed.inputs,
    targets: parsed.target === undefined ? [] : [parsed.target],
    measure: async (evaluation) => ({ values: {}, figures: await figuresOf(evaluation, parsed) }),
  };
  return { id: ID, contract: CONTRACT, setup: (scope) => scope.provide(METRIC, () => metric) };
});

async function figuresOf(evaluation: Evaluation, settings: Settings): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const row of chosenRows(evaluation, settings)) {
    const sample = evaluation.samples[row]!;
    const label = settings.target === undefined ? '' : `, ${settings.target} ${sample.targets[settings.target]}`;
    const tracks = await previewTracks(evaluation, sample, settings.inputs);
    if (tracks.length > 0)
      figures.push({ kind: 'timeline', title: `Sample ${sample.id}${label}: ${settings.inputs.join(', ')}`, tracks });
  }
  return figures;
}

/** Samples with all of the inputs: the first of each class, or any, evenly spread. */
function chosenRows(evaluation: Evaluation, { inputs, target, samples }: Settings): number[] {
  const whole = [...evaluation.samples.keys()].filter((row) =>
    inputs.every((input) => evaluation.samples[row]!.inputs[input] != null),
  );
  if (target === undefined) return spreadRows(whole, samples);
  const { ids } = labelsOf(evaluation, target);
  const firsts = new Map<number, number>();
  for (const row of whole) if (ids[row]! >= 0 && !firsts.has(ids[row]!)) firsts.set(ids[row]!, row);
  const inOrder = [...firsts.keys()].sort((a, b) => a - b).map((id) => firsts.get(id)!);
  return spreadRows(inOrder, samples);
}

/** Previews of a sample's inputs, without those that it or their adapter lacks. */
export async function previewTracks(
  evaluation: Evaluation,
  sample: Sample,
  inputs: readonly string[],
): Promise<Track[]> {
  const tracks: Track[] = [];
  for (const name of inputs) {
    const raw = sample.inputs[name];
    const preview = raw == null ? undefined : await evaluation.preview(name, raw);
    if (preview) tracks.push({ name, preview });
  }
  return tracks;
}
