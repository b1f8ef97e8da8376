import { type HostArray, ModalkitError, type Objective } from '@modalkit/contract';
import type { Runtime } from '../compose/index.js';
import { digest } from '../data/digest.js';
import type { JointSpace } from './adapter-document.js';

/** A joint space and who is in it. */
export interface SpaceOfRun extends JointSpace {
  /** Inputs that objectives align with each other, sorted. */
  readonly inputs: readonly string[];
  /** Names of these objectives. */
  readonly objectives: readonly string[];
}

/**
 * The joint space that a trained input was aligned to. Frozen inputs in it, not realigned, are its anchors, and the space is
 * theirs. Without any, all of its inputs anchor it, and its id is the hash of width, objectives and their trained weights.
 * @throws ModalkitError USAGE when no objective aligns the input with another
 */
export function spaceOfRun(runtime: Runtime, weights: ReadonlyMap<string, HostArray>, input: string): SpaceOfRun {
  const { inputs, objectives } = alignedWith(runtime, input);
  if (inputs.length < 2)
    throw new ModalkitError(
      'USAGE',
      `inputs/${input}: no objective aligns it with another input, so that its weights are of no joint space; train it with one that does, such as infoNCE().`,
    );
  const names = { inputs, objectives: Object.keys(objectives).sort() };
  const parts = inputs.map((name) => runtime.inputs[name]!);
  const anchor = parts.find(({ pretrained }) => pretrained?.freeze && !pretrained.realign);
  if (anchor) return { ...anchor.pretrained!.space, ...names };
  const owners = [...new Set(parts.map(({ stateOf }) => stateOf))];
  const anchors = [...weights].filter(([name]) => owners.some((owner) => name.startsWith(`${owner}/`)));
  const { width } = runtime.config.space;
  const how = Object.fromEntries(Object.entries(objectives).map(([name, { id, options }]) => [name, [id, options]]));
  const what = Object.fromEntries(anchors.map(([name, { shape, data }]) => [name, [shape, data]]));
  return { id: digest('space', 1, width, how, what), width, ...names };
}

/** Inputs that objectives between pooled vectors connect with this one, over others too. */
function alignedWith(runtime: Runtime, input: string) {
  const all = Object.entries(runtime.objectives).filter(
    ([, { heads = [], hidden = [] }]) => heads.length + hidden.length === 0,
  );
  const inputsOf = ({ inputs = runtime.inputNames }: Objective) => inputs;
  const connected = new Set([input]);
  for (let before = 0; before < connected.size; ) {
    before = connected.size;
    for (const [, objective] of all)
      if (inputsOf(objective).some((name) => connected.has(name)))
        for (const name of inputsOf(objective)) connected.add(name);
  }
  const objectives = all.filter(([, objective]) => inputsOf(objective).some((name) => connected.has(name)));
  return { inputs: [...connected].sort(), objectives: Object.fromEntries(objectives) };
}
