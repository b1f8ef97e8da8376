import { ModalkitError } from '@modalkit/contract';
import { namesMatching } from './match-pattern.js';
import { isWithin, type Stretch } from './moments.js';
import type { TrainOptions } from './train-options.js';

/** Which weights train when. */
export interface FreezeSchedule {
  /** Names that never train. */
  readonly always: ReadonlySet<string>;
  /** Whether anything changes on the way. */
  readonly changes: boolean;
  /** For each name 1 where it trains at a step, else 0. @param reached what metrics have come to, as `notedMoments` says it */
  live(names: readonly string[], step: number, reached: ReadonlySet<string>): Float32Array;
}

interface Rule extends Stretch {
  readonly names: ReadonlySet<string>;
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
    const closed = timed.filter((rule) => isWithin(rule, step, reached));
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
