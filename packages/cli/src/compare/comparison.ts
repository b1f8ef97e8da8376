import { type Measured, ModalkitError, suggestName } from '@modalkit/core';
import type { RunSummary } from './train-variant.js';
import type { Variant } from './variant.js';

/** A training that is finished. */
export interface Row extends RunSummary {
  readonly variant: Variant;
  /** Its run folder. */
  readonly run: string;
  readonly seconds: number;
  readonly measured: Measured;
}

/** By what runs are judged. */
export interface Judge {
  readonly metric: string;
  readonly better: 'higher' | 'lower';
}

/** The value of a run by which it is judged. @throws ModalkitError USAGE with near names when it measures no such */
export function measuredOf({ values }: RunSummary, metric: string): Measured {
  const measured = values[metric];
  if (measured) return measured;
  throw new ModalkitError('USAGE', `No run measures "${metric}"; ${suggestName(metric, Object.keys(values))}`);
}

/** The name of the first value that a run's metrics measure. @throws ModalkitError USAGE when there is none */
export function firstMetric({ values }: RunSummary): string {
  const name = Object.keys(values).find((each) => !each.startsWith('contribution/'));
  if (name !== undefined) return name;
  throw new ModalkitError('USAGE', 'The project has no metrics to compare by; add one to `metrics`.');
}

/** Best first; what isn't a number comes last. */
export function ranked(rows: readonly Row[], better: Judge['better']): readonly Row[] {
  const worth = ({ measured: { value } }: Row) =>
    Number.isFinite(value) ? (better === 'higher' ? value : -value) : Number.NEGATIVE_INFINITY;
  return [...rows].sort((a, b) => worth(b) - worth(a));
}

/** Names of what each input contributes in the rows' values, without the beginning that they share: `alone/picture`. */
export function contributionNames(rows: readonly Row[]): readonly { readonly name: string; readonly short: string }[] {
  const names = Object.keys(rows[0]?.values ?? {});
  return names.flatMap((name) => {
    const short = /^contribution\/.+?\/((?:alone|shapley|gradient)\/.+)$/u.exec(name)?.[1];
    return short === undefined ? [] : [{ name, short }];
  });
}
