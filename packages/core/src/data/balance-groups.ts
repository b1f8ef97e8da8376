import { ModalkitError, type Sample, type TargetSpec } from '@modalkit/contract';
import { checkReferences } from '../compose/check-names.js';

type Targets = Readonly<Record<string, TargetSpec>>;

/**
 * Refuses to balance by what is no target, or by one whose values are no classes or labels.
 * @throws ModalkitError COMPOSE
 */
export function checkBalance(balance: string | undefined, targets: Targets): void {
  if (balance === undefined) return;
  checkReferences('data.balance', 'target', [balance], Object.keys(targets));
  const { dtype, shape } = targets[balance]!.collate([]);
  if (dtype === 'int32' && shape.length === 1) return;
  throw new ModalkitError(
    'COMPOSE',
    `data.balance: the values of "${balance}" are no single class or label of a sample; name a column of classes.`,
  );
}

/** The class or label of each sample that batches are balanced by; -1 where it has none. */
export function balanceGroups(balance: string, targets: Targets, samples: readonly Sample[]): Int32Array {
  const values = samples.map((sample) => sample.targets[balance] ?? undefined);
  const { data } = targets[balance]!.collate(values);
  return Int32Array.from(values, (value, row) => (value === undefined ? -1 : data[row]!));
}
