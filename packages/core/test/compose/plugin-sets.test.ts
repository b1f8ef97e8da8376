import { CONTRACT, definePluginSet, type Plugin } from '@modalkit/contract';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/compose/config.js';
import { createRuntime, list } from '../../src/compose/index.js';
import { series } from '../fixtures/series-plugin.js';
import { meanSquare, memory } from '../fixtures/test-project.js';

const pair = definePluginSet((options: { rear?: boolean; left?: object } = {}) => ({
  id: 'pair-set',
  contract: CONTRACT,
  inputs: { left: series(options.left), rear: options.rear === true && series() },
  objectives: { error: meanSquare({ input: 'left' }) },
}));
const outer = definePluginSet((options: { rear?: boolean } = {}) => ({
  id: 'outer-set',
  contract: CONTRACT,
  inputs: { right: list(series(), 3) },
  metrics: { none: undefined },
  sets: [pair(options), null],
}));
const compose = (change: Record<string, unknown>) => {
  const base = { inputs: {}, objectives: {}, data: { source: memory([]), workers: 0 }, train: { steps: 1 } };
  return createRuntime({ ...base, ...change } as Config, { folder: '/' });
};
const one = (id: string, inputs: Record<string, Plugin>) =>
  definePluginSet(() => ({ id, contract: CONTRACT, inputs }))();

describe('plugin sets', () => {
  it('nest, take options, and what is falsy in them is skipped', () => {
    expect(compose({ sets: [outer()] }).inputNames).toEqual(['left', 'right']);
    expect(compose({ sets: [false, outer({ rear: true }), undefined] }).inputNames).toEqual(['left', 'rear', 'right']);
    const { inputs, objectives } = compose({ sets: [outer()] });
    expect([inputs.right!.list, Object.keys(objectives)]).toEqual([3, ['error']]);
  });

  it('give way to what the config itself names, which may be nothing', () => {
    const own = meanSquare({ input: 'left' });
    const { plugins } = compose({ sets: [outer()], objectives: { error: own }, inputs: { right: false } });
    expect(plugins.map(({ slot }) => slot)).toEqual(['inputs/left', 'objectives/error', 'data/source']);
  });

  it('stand in the resolved config as if they were written there', () => {
    const { title: _, ...written } = compose({
      inputs: { left: series() },
      objectives: { error: meanSquare({ input: 'left' }) },
    }).resolved as Record<string, unknown>;
    expect(compose({ sets: [pair()] }).resolved).toEqual(written);
  });

  it('are set up in the order of the list, before the plugins of the config', () => {
    const service = (id: string): Plugin => ({ ...series(), id });
    const set = (id: string, plugin: Plugin) =>
      definePluginSet(() => ({ id, contract: CONTRACT, plugins: [plugin, false] }))();
    const { plugins } = compose({
      inputs: { left: series() },
      objectives: { error: meanSquare({ input: 'left' }) },
      sets: [set('b', service('from-b')), set('a', service('from-a'))],
      plugins: [null, service('own')],
    });
    expect(plugins.slice(0, 3).map(({ id }) => id)).toEqual(['from-b', 'from-a', 'own']);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    [
      'one name in two sets',
      { sets: [one('a', { left: series() }), one('b', { left: series() })] },
      /Input "left" is in the sets a and b/,
    ],
    ['a set that was not called', { sets: [pair] }, /sets: a set's factory was given but not called/],
    ['a plugin in its place', { sets: [series()] }, /sets: received object, which is no set/],
    [
      'a set of another contract',
      { sets: [{ ...pair(), contract: 99 }] },
      /pair-set was written for contract 99.*update @modalkit\/core/,
    ],
    ['a name that would break weight names', { sets: [one('a', { 'a/b': series() })] }, /Input "a\/b": a name is/],
    ['a set that holds itself', { sets: [selfish()] }, /sets\/selfish: the set selfish holds itself/],
  ])('refuse %s', (_, change, message) => {
    expect(() => compose({ objectives: {}, ...change })).toThrow(message);
  });
});

function selfish() {
  const sets: unknown[] = [];
  const set = definePluginSet(() => ({ id: 'selfish', contract: CONTRACT, sets: sets as never }))();
  sets.push(set);
  return set;
}
