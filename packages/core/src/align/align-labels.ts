import { logProbabilities, type TokenScores } from './log-probabilities.js';

/** Tokens that say one class of a list, from the first to before `to`. */
export interface LabelRun {
  /** Class from 0. */
  readonly label: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Which tokens say which class of a known list: the likeliest of all ways to read the list off them (Viterbi in the
 * lattice of Graves et al. 2006), without its blanks. Undefined where the tokens are too few for the list. CTC is free to
 * say a class in a single token: a run marks where it was recognised, not how long it lasted.
 * @param labels classes from 0
 */
export function alignLabels(scores: TokenScores, labels: readonly number[]): LabelRun[] | undefined {
  const rows = logProbabilities(scores);
  const states = labels.flatMap((label) => [0, label + 1]).concat(0);
  const ways = rows.length > 0 ? bestWays(rows, states) : undefined;
  const last = ways && [states.length - 1, states.length - 2].filter((state) => state >= 0);
  const end = last?.reduce((best, state) => (ways!.after[state]! > ways!.after[best]! ? state : best));
  if (end === undefined || ways!.after[end] === Number.NEGATIVE_INFINITY) return undefined;
  const path = new Int32Array(rows.length);
  path[rows.length - 1] = end;
  for (let step = rows.length - 1; step > 0; step--) path[step - 1] = ways!.origins[step]![path[step]!]!;
  const tokens = Array.from({ length: scores.valid.length }, (_, token) => token).filter(
    (token) => scores.valid[token],
  );
  return labels.map((label, at) => {
    const from = path.indexOf(2 * at + 1);
    return { label, from: tokens[from]!, to: tokens[path.lastIndexOf(2 * at + 1)]! + 1 };
  });
}

/** The likeliest way into each state: its weight after the last step, and the state before it at each step. */
function bestWays(rows: readonly Float64Array[], states: readonly number[]) {
  const origins = [new Int32Array(states.length)];
  let after = states.map((label, state) => (state < 2 ? rows[0]![label]! : Number.NEGATIVE_INFINITY));
  for (const row of rows.slice(1)) {
    const from = Int32Array.from(states, (label, state) => {
      const passes = label !== 0 && label !== states[state - 2] ? [state, state - 1, state - 2] : [state, state - 1];
      const open = passes.filter((origin) => origin >= 0);
      return open.reduce((best, origin) => (after[origin]! > after[best]! ? origin : best));
    });
    origins.push(from);
    after = states.map((label, state) => after[from[state]!]! + row[label]!);
  }
  return { after, origins };
}
