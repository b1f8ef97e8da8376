import type { Runtime } from '../compose/index.js';
import { joinedInputs } from '../compose/joined-inputs.js';
import { tokenClasses } from '../decode/vocabularies-of.js';
import { closePretrained } from '../pretrained/pretrained-weights.js';
import { addLowRank } from './low-rank.js';
import { declareInto, type Owner, type WeightSpecs } from './weight-spec.js';

/** Fitted state of each input that owns one, by input name. */
export type States = Readonly<Record<string, unknown>>;

/** Asks every part of a project for its weights. No tensor is made. */
export function declareWeights(runtime: Runtime, states: States): WeightSpecs {
  const specs: WeightSpecs = new Map();
  const space = runtime.config.space;
  const context = (owner: Owner, state?: unknown) => declareInto(specs, owner, space, state);
  const inputs = Object.values(runtime.inputs).sort(
    (a, b) => Number(a.stateOf !== a.name) - Number(b.stateOf !== b.name),
  );
  for (const { name, adapter, stateOf } of inputs) {
    const who = `inputs/${name} (${adapter.id})`;
    adapter.init(context({ prefix: stateOf, gate: `input/${name}`, who }, states[stateOf]));
  }
  const { fusion } = runtime;
  if (fusion) {
    const owner = { prefix: 'fusion', gate: 'always', who: fusion.id };
    fusion.init(fusionInputs(runtime), context(owner));
  }
  const classes = tokenClasses(runtime, states);
  for (const [name, head] of Object.entries(runtime.heads)) {
    const owner = { prefix: `heads/${name}`, gate: `head/${name}`, who: head.id };
    head.init(context(owner), classes, targetWidths(runtime));
  }
  for (const [name, objective] of Object.entries(runtime.objectives)) {
    const owner = { prefix: `objectives/${name}`, gate: `objective/${name}`, who: objective.id };
    objective.init?.(context(owner), runtime.inputNames);
  }
  const { balancer } = runtime;
  const owner = { prefix: 'objectives/balancer', gate: 'always', terms: 'objective', who: balancer.id };
  balancer.init?.(Object.keys(runtime.objectives), context(owner));
  for (const part of inputs) closePretrained(specs, part);
  for (const name of fusion ? fusionInputs(runtime) : []) openOnAbsence(specs, name);
  addLowRank(specs, runtime.config.train.lora);
  return specs;
}

/** Numbers of a token's target, of each input whose target is of values. */
function targetWidths({ inputs }: Runtime): Record<string, number> {
  const widths = Object.values(inputs).flatMap(({ name, adapter: { target } }) =>
    target?.kind === 'values' ? [[name, target.width] as const] : [],
  );
  return Object.fromEntries(widths);
}

/** Names of the inputs that the fusion joins, sorted. */
export function fusionInputs(runtime: Runtime): readonly string[] {
  return [...joinedInputs(runtime.fusion ?? {}, runtime.inputs)].sort();
}

/** A learnt absence token is used, and so updated, only in steps where some sample lacks the input. */
function openOnAbsence(specs: WeightSpecs, input: string): void {
  const spec = specs.get(`fusion/absent/${input}`);
  if (!spec) return;
  spec.gates.clear();
  spec.gates.add(`absent/${input}`);
}
