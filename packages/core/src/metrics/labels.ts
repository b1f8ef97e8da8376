import type { Evaluation } from '@modalkit/contract';

/** Classes of the samples by a target. */
export interface Labels {
  readonly names: readonly string[];
  /** Index into `names` of each sample; -1 where it has no value. */
  readonly ids: Int32Array;
}

/** Classes as the target's own names, or as the values that occur, in ascending order. */
export function labelsOf({ samples, targets }: Evaluation, target: string): Labels {
  const values = samples.map((sample) => sample.targets[target] ?? undefined);
  const spec = targets[target];
  if (spec?.names) {
    const { data } = spec.collate(values);
    return { names: spec.names, ids: Int32Array.from(values, (value, row) => (value === undefined ? -1 : data[row]!)) };
  }
  const labels = values.map((value) => (value === undefined ? undefined : String(value)));
  const occurring = [...new Set(labels.filter((label) => label !== undefined))];
  const names = occurring.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const index = new Map(names.map((name, id) => [name, id]));
  return { names, ids: Int32Array.from(labels, (label) => (label === undefined ? -1 : index.get(label)!)) };
}
