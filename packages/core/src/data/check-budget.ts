import { ModalkitError, type Quarantined } from '@modalkit/contract';

/**
 * Stops a run that has lost too many samples.
 * @param budget share of `total` that may be quarantined, 0..1
 * @throws ModalkitError BUDGET with the first reasons
 */
export function checkBudget(quarantined: readonly Quarantined[], total: number, budget: number): void {
  if (quarantined.length <= budget * total) return;
  const first = quarantined.slice(0, 3).map(({ id, reason }) => `${id}: ${reason}`);
  throw new ModalkitError(
    'BUDGET',
    `${quarantined.length} of ${total} samples are unusable, more than the budget of ${budget * 100} %; mend them or raise data.budget. First: ${first.join(' | ')}`,
    { quarantined: quarantined.length, total, budget },
  );
}
