import { CONTRACT, definePlugin, METRIC, type Plugin, type Scope } from '@modalkit/contract';
import { describe, expect, it } from 'vitest';
import { type Lift, liftPlugin } from '../../src/compose/lift-plugin.js';

/** Up to contract 1, a metric's `measure` was called `compute`; up to contract 2, it had no id. */
const rename: Lift = (plugin) => wrap(plugin, ({ compute, ...rest }) => ({ ...rest, measure: compute }));
const identify: Lift = (plugin) => wrap(plugin, (metric) => ({ ...metric, id: plugin.id }));

function wrap(plugin: Plugin, change: (metric: Record<string, unknown>) => object): Plugin {
  const provide = (scope: Scope): Scope['provide'] => {
    return (token, factory) => scope.provide(token, () => change(factory() as Record<string, unknown>) as never);
  };
  return { ...plugin, setup: (scope) => plugin.setup({ ...scope, provide: provide(scope) }) };
}

const old = definePlugin(() => ({
  id: 'old',
  contract: 1,
  setup: (scope) => scope.provide(METRIC, () => ({ compute: () => 7 }) as never),
}))();

function provided(plugin: Plugin): unknown {
  let made: unknown;
  const provide = (_token: unknown, factory: () => unknown): void => {
    made = factory();
  };
  plugin.setup({ slot: 'a', provide } as never);
  return made;
}

describe('a plugin for an older contract', () => {
  it('is lifted step by step, and is then one of this contract', () => {
    const lifted = liftPlugin('metrics/a', old, { 1: rename, 2: identify }, 3);
    expect(lifted.contract).toBe(3);
    expect(provided(lifted)).toEqual({ measure: expect.any(Function), id: 'old' });
    expect(provided(old)).toEqual({ compute: expect.any(Function) });
  });

  it('is refused in one sentence where a step is missing, and so is a newer one', () => {
    expect(() => liftPlugin('metrics/a', old, { 2: identify }, 3)).toThrow(
      'metrics/a: old was written for contract 1, this is contract 3; update old.',
    );
    expect(() => liftPlugin('metrics/a', { ...old, contract: CONTRACT + 1 })).toThrow(/update @modalkit\/core\.$/);
  });

  it('is left alone when it is of this contract', () => {
    expect(liftPlugin('metrics/a', old, { 1: rename }, 1)).toBe(old);
  });
});
