import { CONTRACT, definePlugin, type Evaluation, METRIC, type Measured, type Metric } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { areaUnder } from './auroc.js';
import { bootstrapRows } from './bootstrap-rows.js';
import { proportion } from './proportion.js';
import { countSteps, rankedClass } from './ranked-class.js';

const ID = '@modalkit/core/detection';
const schema = z.strictObject({
  /** A head that tells anomalies by a score. */
  head: z.string(),
  /** Column that says what is wrong; the head's name when left out. Samples without a value are left out. */
  target: z.string().optional(),
  /** What that column says of samples that are as they should be. */
  normal: z.string().min(1).default('normal'),
  /** Seconds from one sample to the next: false alarms are told by the hour, too. */
  every: z.number().gt(0).optional(),
  /** Inputs of which each is also left out, and each is also there alone. */
  inputs: z
    .array(z.string())
    .min(2)
    .max(16)
    .refine((inputs) => new Set(inputs).size === inputs.length, 'each input is named once')
    .default([]),
});

export type DetectionOptions = z.input<typeof schema>;
type Settings = z.output<typeof schema> & { readonly target: string };

/**
 * How well an anomaly head finds what is wrong: `auroc/<head>` of its score; at its threshold `falseAlarmRate/<head>`, the share
 * of normal samples that are called anomalous, with `every` also `falseAlarmsPerHour/<head>`; `detected/<head>`, the share of the
 * others that are found, and `detected/<head>/<name>` of each by the column's name for it. With `inputs` also
 * `auroc/<head>/without/<input>`, as if the samples lacked that one, and `auroc/<head>/alone/<input>`. Shares have Wilson intervals, which take
 * samples as independent: windows of one recording are not, and their true interval is wider.
 */
export const detection = definePlugin((options: DetectionOptions) => {
  const parsed = parseOptions(schema, options, ID);
  const settings: Settings = { ...parsed, target: parsed.target ?? parsed.head };
  const metric: Metric & { readonly options: DetectionOptions } = {
    id: ID,
    options: settings,
    heads: [settings.head],
    targets: [settings.target],
    subsets: subsetsOf(settings.inputs).map(({ kept }) => kept),
    measure: async (evaluation) => measured(evaluation, settings),
  };
  return { id: ID, contract: CONTRACT, setup: (scope) => scope.provide(METRIC, () => metric) };
});

function measured(
  evaluation: Evaluation,
  { head, target, normal, every, inputs }: Settings,
): Awaited<ReturnType<Metric['measure']>> {
  const { rows } = evaluation.output(`${head}/score`);
  const logits = evaluation.output(`${head}/logits`).rows;
  const known = evaluation.samples.flatMap(({ targets }, row) => {
    const value = targets[target] ?? undefined;
    return value === undefined ? [] : [{ row, name: String(value) }];
  });
  const alarms = (some: typeof known) => some.filter(({ row }) => logits[row * 2 + 1]! > 0).length;
  const [fine, wrong] = [known.filter(({ name }) => name === normal), known.filter(({ name }) => name !== normal)];
  const values: Record<string, Measured> = {};
  if (fine.length > 0) {
    const rate = proportion(alarms(fine), fine.length);
    values[`falseAlarmRate/${head}`] = rate;
    if (every !== undefined) values[`falseAlarmsPerHour/${head}`] = byTheHour(rate, every);
  }
  if (wrong.length > 0) values[`detected/${head}`] = proportion(alarms(wrong), wrong.length);
  for (const name of [...new Set(wrong.map((each) => each.name))].sort()) {
    const own = wrong.filter((each) => each.name === name);
    values[`detected/${head}/${name}`] = proportion(alarms(own), own.length);
  }
  if (fine.length > 0 && wrong.length > 0) {
    const truth = Uint8Array.from(known, ({ name }) => Number(name !== normal));
    const ranked = (key: string, scores: Float32Array) => {
      values[key] = auroc(
        truth,
        Float32Array.from(known, ({ row }) => scores[row]!),
        key,
      );
    };
    ranked(`auroc/${head}`, rows);
    for (const { kept, name } of subsetsOf(inputs))
      ranked(`auroc/${head}/${name}`, evaluation.output(`${head}/score`, kept).rows);
  }
  return { values, figures: [], bySample: { [`score/${head}`]: rows } };
}

/** All inputs but one, for each, and each alone. */
function subsetsOf(inputs: readonly string[]): { kept: readonly string[]; name: string }[] {
  return [
    ...inputs.map((input) => ({ kept: inputs.filter((each) => each !== input), name: `without/${input}` })),
    ...inputs.map((input) => ({ kept: [input], name: `alone/${input}` })),
  ];
}

/** Of scores that rise with what is wrong, `truth` 1, with its bootstrap interval. */
function auroc(truth: Uint8Array, scores: Float32Array, key: string): Measured {
  const samples = truth.length;
  const decided = new Uint8Array(samples);
  const ranked = rankedClass({ names: ['anomalous'], samples, truth, scores, decided }, 0);
  return bootstrapRows(samples, (times) => [areaUnder(countSteps(ranked, times))], key)[0]!;
}

function byTheHour({ value, low, high, n }: Measured, every: number): Measured {
  const hourly = (share: number) => (share * 3600) / every;
  return { value: hourly(value), low: hourly(low), high: hourly(high), n };
}
