import type { Runtime } from '../compose/index.js';
import { fusionInputs } from '../train/declare-weights.js';

/**
 * The heads that read an input and can be asked when these inputs are at hand: the fusion's others are then absent.
 * @param input any of those at hand when left out
 */
export function headsAsked(runtime: Runtime, atHand: readonly string[], input?: string): readonly string[] {
  const fused = runtime.fusion ? fusionInputs(runtime) : [];
  const about = input === undefined ? atHand : [input];
  return Object.entries(runtime.heads).flatMap(([name, { needsFusion, inputs = [], anyInput }]) => {
    const reads = about.some((each) => inputs.includes(each) || (needsFusion && fused.includes(each)));
    return reads && (anyInput || inputs.every((each) => atHand.includes(each))) ? [name] : [];
  });
}

/** Names of the classes of a head that says one of several by its output `logits`; undefined for other heads. */
export function classesOf({ heads, targets }: Runtime, head: string): readonly string[] | undefined {
  const [column, ...more] = Object.keys(heads[head]!.targets ?? {});
  return column === undefined || more.length > 0 ? undefined : targets[column]?.names;
}
