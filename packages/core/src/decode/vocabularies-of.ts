import type { Target, TokenClasses, Vocabulary } from '@modalkit/contract';
import type { Runtime } from '../compose/index.js';
import type { States } from '../train/declare-weights.js';
import type { Model } from '../train/model.js';
import { type Pass, stepContext } from '../train/step-context.js';

type Classes = Extract<Target, { kind: 'classes' }>;

/** The classes of each input whose target is of that kind. */
export function tokenClasses({ inputs }: Runtime, states: States): Record<string, TokenClasses> {
  const found: Record<string, TokenClasses> = {};
  for (const { name, adapter, stateOf } of Object.values(inputs)) {
    const { target } = adapter;
    if (target?.kind === 'classes') found[name] = classesOf(target, states[stateOf]);
  }
  return found;
}

/** The vocabularies of the inputs that heads write, with the weights of a pass. */
export function vocabulariesOf({ runtime, states }: Model, pass: Pass): Record<string, Vocabulary> {
  const written = Object.values(runtime.heads).flatMap(({ decoder }) => (decoder ? [decoder.input] : []));
  return Object.fromEntries(
    written.map((name) => {
      const { adapter, stateOf } = runtime.inputs[name]!;
      const target = adapter.target as Classes;
      const context = stepContext(pass, stateOf, name, states[stateOf]);
      const embed: Vocabulary['embed'] = (ids) => target.embed(ids, context);
      return [name, { ...classesOf(target, states[stateOf]), embed, score: (tokens) => target.score(tokens, context) }];
    }),
  );
}

function classesOf({ classes, begin, end }: Classes, state: unknown): TokenClasses {
  return { classes: classes(state), begin, end };
}
