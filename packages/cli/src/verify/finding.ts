import { RULES, type RuleId } from './rules.js';

/** What verify found, for people and programs. */
export interface Finding {
  readonly id: RuleId;
  readonly level: 'error' | 'warning';
  readonly what: string;
  readonly why: string;
  readonly fix: string;
  /** How to have it passed over. */
  readonly silence: string;
}

/** What a check saw; its rule says the rest. */
export interface Seen {
  readonly id: RuleId;
  readonly what: string;
  /** In place of the rule's own. */
  readonly fix?: string;
}

/** Completes what was seen by its rule. */
export function findingOf({ id, what, fix }: Seen): Finding {
  const rule = RULES[id];
  const silence = rule.must
    ? 'it cannot be silenced'
    : `add "${id}" to "modalkit": { "ignore": [] } in package.json, or pass --ignore ${id}`;
  return { id, level: rule.level, what, why: rule.why, fix: fix ?? rule.fix, silence };
}

/** True for a rule that may be passed over. */
export function isSilenceable(id: string): id is RuleId {
  return Object.hasOwn(RULES, id) && !RULES[id as RuleId].must;
}
