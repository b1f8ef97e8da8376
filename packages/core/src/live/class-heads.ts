import type { Runtime } from '../compose/index.js';
import { bestColumn } from '../metrics/best-column.js';
import { fusionInputs } from '../train/declare-weights.js';
import type { LiveClass } from './live-report.js';

/** A head that says one of several classes, by its output `logits`. */
export interface ClassHead {
  readonly head: string;
  /** It reads what the fusion makes. */
  readonly fused: boolean;
  /** The likeliest class of a row `[classes]` of probabilities. */
  best(row: Float32Array): LiveClass;
}

/** The heads that read an input and can be asked when these inputs are at hand: the fusion's others are then absent. */
export function classHeads(runtime: Runtime, input: string, atHand: readonly string[]): readonly ClassHead[] {
  const fused = runtime.fusion ? fusionInputs(runtime) : [];
  return Object.entries(runtime.heads).flatMap(([name, { needsFusion, inputs = [], targets = {} }]) => {
    const [column, ...more] = Object.keys(targets);
    const names = column === undefined ? undefined : runtime.targets[column]?.names;
    const reads = inputs.includes(input) || (needsFusion && fused.includes(input));
    if (!names || more.length > 0 || !reads || !inputs.every((each) => atHand.includes(each))) return [];
    const best = (row: Float32Array) => {
      const column = bestColumn(row, row.length, 0);
      return { head: name, name: names[column]!, score: row[column]! };
    };
    return [{ head: name, fused: needsFusion, best }];
  });
}
