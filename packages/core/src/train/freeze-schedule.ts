import { type Measured, ModalkitError } from '@modalkit/contract';
import { suggestName } from '../compose/suggest-name.js';
import { namesMatching } from './match-pattern.js';
import type { Moment, TrainOptions } from './train-options.js';

/** Which weights train when. */
export interface FreezeSchedule {
  /** Names that never train. */
  readonly always: ReadonlySet<string>;
  /** Whether anything changes on the way. */
  readonly changes: boolean;
  /** For each name 1 where it trains at a step, else 0. @param reached what metrics have come to, as `notedMoments` says it */
  live(names: readonly string[], step: number, reached: ReadonlySet<string>): Float32Array;
}

interface Rule {
  readonly names: ReadonlySet<string>;
  readonly from?: Moment;
  readonly until?: Moment;
}

/**
 * Reads `train.freeze` against the names of all weights.
 * @param trainable names of those that would train without it
 * @throws ModalkitError CONFIG when a pattern matches no weight, or nothing is left to train at some step
 */
export function freezeSchedule(
  freeze: TrainOptions['freeze'],
  names: readonly string[],
  trainable: readonly string[],
): FreezeSchedule {
  const rules: Rule[] = freeze.map((rule) => {
    const { weights, ...when } = typeof rule === 'string' ? { weights: rule } : rule;
    return { names: new Set(namesMatching('train.freeze', weights, names)), ...when };
  });
  const timed = rules.filter(({ from, until }) => from !== undefined || until !== undefined);
  const always = new Set(rules.filter((rule) => !timed.includes(rule)).flatMap(({ names }) => [...names]));
  const live = (some: readonly string[], step: number, reached: ReadonlySet<string>) => {
    const has = (moment: Moment) => (typeof moment === 'number' ? step >= moment : reached.has(keyOf(moment)));
    const closed = timed.filter(
      ({ from, until }) => (from === undefined || has(from)) && !(until !== undefined && has(until)),
    );
    return Float32Array.from(some, (name) => Number(!closed.some(({ names }) => names.has(name))));
  };
  const left = trainable.filter((name) => !always.has(name));
  const steps = timed.flatMap(({ from, until }) => [from, until]).filter((moment) => typeof moment === 'number');
  for (const step of [0, ...steps]) {
    if (live(left, step, new Set()).some((one) => one > 0)) continue;
    const when = always.size < trainable.length && timed.length > 0 ? ` at step ${step}` : '';
    throw new ModalkitError('CONFIG', `config: train.freeze leaves no weight to train${when}; remove a pattern.`);
  }
  return { always, changes: timed.length > 0, live };
}

/**
 * The moments of a schedule that an evaluation has come to, to be kept with the run.
 * @throws ModalkitError CONFIG when one waits for a metric that is not measured
 */
export function notedMoments(
  freeze: TrainOptions['freeze'],
  values: Readonly<Record<string, Measured>>,
): readonly string[] {
  const moments = freeze.flatMap((rule) => (typeof rule === 'string' ? [] : [rule.from, rule.until]));
  return moments.flatMap((moment) => {
    if (typeof moment !== 'object') return [];
    const { value } = measuredAs('train.freeze', moment.metric, values);
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
