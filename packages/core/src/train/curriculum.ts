import { type HostArray, ModalkitError } from '@modalkit/contract';
import { checkReferences } from '../compose/check-names.js';
import { mapValues } from '../compose/map-values.js';
import type { HostBatch, HostInput } from '../data/index.js';
import { isWithin } from './moments.js';
import type { TrainOptions } from './train-options.js';

/**
 * Refuses a curriculum that names what is not composed, or in which no input takes part at some step.
 * @throws ModalkitError COMPOSE or CONFIG
 */
export function checkCurriculum(rules: TrainOptions['curriculum'], inputs: readonly string[]): void {
  for (const rule of rules) checkReferences('train.curriculum', 'input', rule.inputs, inputs);
  const steps = rules.flatMap(({ from, until }) => [from, until]).filter((moment) => typeof moment === 'number');
  for (const step of [0, ...steps]) {
    if (inputsOutside(rules, step, new Set()).length < inputs.length) continue;
    throw new ModalkitError(
      'CONFIG',
      `config: train.curriculum lets no input take part at step ${step}; leave one that is there from the beginning out of it.`,
    );
  }
}

/**
 * The inputs that don't take part in a step: those that rules name of which none holds just now.
 * @param reached what metrics have come to
 */
export function inputsOutside(
  rules: TrainOptions['curriculum'],
  step: number,
  reached: ReadonlySet<string>,
): readonly string[] {
  const named = new Set(rules.flatMap(({ inputs }) => inputs));
  const inside = new Set(rules.filter((rule) => isWithin(rule, step, reached)).flatMap(({ inputs }) => inputs));
  return [...named].filter((input) => !inside.has(input));
}

/** A batch as if its samples lacked some inputs; a sample that is left with none counts for no target. */
export function leaveOut(batch: HostBatch, names: readonly string[]): HostBatch {
  if (names.length === 0) return batch;
  const inputs = Object.fromEntries(
    Object.entries(batch.inputs).map(([name, input]) => [name, names.includes(name) ? lacking(input) : input]),
  );
  const left = batch.ids.map((_, row) => Object.values(inputs).some(({ present }) => present.data[row] === 1));
  const targets = Object.fromEntries(
    Object.entries(batch.targets).map(([name, target]) => [
      name,
      { ...target, valid: flags(target.valid, (one, row) => (left[row] ? one : 0)) },
    ]),
  );
  return { ...batch, inputs, targets };
}

/** An input that no sample has; a single row, cleared, is left to go through its adapter. */
function lacking({ arrays, rows, present }: HostInput): HostInput {
  const samples = (rows ?? present).shape[0]!;
  const first = mapValues(arrays as unknown as Record<string, HostArray>, ({ dtype, shape, data }): HostArray => {
    const one = data.slice(0, data.length / samples);
    return { dtype, shape: [shape[0]! / samples, ...shape.slice(1)], data: one };
  });
  const valid = cleared(first.valid!);
  const row = { dtype: 'int32', shape: [1], data: Int32Array.of(0) } as const;
  return { arrays: { ...first, valid }, rows: row, present: cleared(present) };
}

const cleared = (array: HostArray) => flags(array, () => 0);

function flags(array: HostArray, change: (flag: number, row: number) => number): HostArray {
  return { ...array, data: Uint8Array.from(array.data, change) };
}
