import { type Measured, ModalkitError } from '@modalkit/contract';
import { suggestName } from '../compose/suggest-name.js';
import type { Moment } from './train-options.js';

/** A stretch of a run. */
export interface Stretch {
  readonly from?: Moment;
  readonly until?: Moment;
}

/** Whether a run has come to a moment. @param reached what metrics have come to, as `notedMoments` says it */
export function hasCome(moment: Moment, step: number, reached: ReadonlySet<string>): boolean {
  return typeof moment === 'number' ? step >= moment : reached.has(keyOf(moment));
}

/** Whether a run is in a stretch: from its beginning, or from the run's, to its end, which is no part of it. */
export function isWithin({ from, until }: Stretch, step: number, reached: ReadonlySet<string>): boolean {
  return (
    (from === undefined || hasCome(from, step, reached)) && !(until !== undefined && hasCome(until, step, reached))
  );
}

/**
 * The moments of a schedule that an evaluation has come to, to be kept with the run.
 * @throws ModalkitError CONFIG when one waits for a metric that is not measured
 */
export function notedMoments(
  field: string,
  stretches: readonly (Stretch | string)[],
  values: Readonly<Record<string, Measured>>,
): readonly string[] {
  const moments = stretches.flatMap((one) => (typeof one === 'string' ? [] : [one.from, one.until]));
  return moments.flatMap((moment) => {
    if (typeof moment !== 'object') return [];
    const { value } = measuredAs(field, moment.metric, values);
    const reached = 'above' in moment ? value >= moment.above : value <= moment.below;
    return reached ? [keyOf(moment)] : [];
  });
}

/** A metric of an evaluation by its name. @throws ModalkitError CONFIG with the nearest name */
export function measuredAs(field: string, metric: string, values: Readonly<Record<string, Measured>>): Measured {
  if (Object.hasOwn(values, metric)) return values[metric]!;
  throw new ModalkitError(
    'CONFIG',
    `config: ${field}: no metric measures "${metric}"; ${suggestName(metric, Object.keys(values))}`,
  );
}

function keyOf(moment: Exclude<Moment, number>): string {
  return 'above' in moment ? `${moment.metric} >= ${moment.above}` : `${moment.metric} <= ${moment.below}`;
}
