import { ADAPTER, CONTRACT, definePlugin, FUSION, HEAD, type Head, type Scope, token } from '@modalkit/contract';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/compose/config.js';
import { createRuntime, list } from '../../src/compose/index.js';
import { early } from '../../src/fusion/index.js';
import { series, seriesAdapter } from '../fixtures/series-plugin.js';
import { meanSquare, memory } from '../fixtures/test-project.js';

const base = (): Config => ({
  inputs: { left: series() },
  objectives: { error: meanSquare({ input: 'left' }) },
  data: { source: memory([]), workers: 0 },
  train: { steps: 1 },
});
const compose = (change: Record<string, unknown>) => createRuntime({ ...base(), ...change } as Config, { folder: '/' });

describe('refused by name, before a tensor exists', () => {
  it.each<[string, Record<string, unknown>, RegExp]>([
    ['an unknown key', { lerningRate: 1 }, /config: .*lerningRate/],
    ['an unknown key deeper down', { train: { steps: 1, stpes: 2 } }, /config: train: .*stpes/],
    ['a wrong type', { train: { steps: 'many' } }, /config: train\.steps: .*received "many"/],
    ['no input', { inputs: {} }, /inputs is empty/],
    ['an input given twice', { inputs: [{ left: series() }, { left: series() }] }, /Input "left" is given twice/],
    ['a reserved name', { inputs: { fusion: series() } }, /Input "fusion": the name is reserved/],
    ['a name that would break weight names', { inputs: { 'a/b': series() } }, /Input "a\/b": a name is/],
    [
      'a factory that was not called',
      { inputs: { left: series } },
      /inputs\/left: a plugin factory was given but not called/,
    ],
    ['something that is no plugin', { inputs: { left: {} } }, /inputs/],
    [
      'another contract',
      { inputs: { left: { ...series(), contract: 99 } } },
      /written for contract 99, this is contract 1; update @modalkit\/core/,
    ],
    ['an older contract', { inputs: { left: { ...series(), contract: 0 } } }, /update test-series/],
    [
      'a plugin in the wrong place',
      { inputs: { left: meanSquare({ input: 'left' }) } },
      /inputs\/left: its plugin provides no Adapter/,
    ],
    [
      'an objective of an input that is not composed',
      { objectives: { error: meanSquare({ input: 'lft' }) } },
      /refers to the input "lft", which is not composed; did you mean "left"\?/,
    ],
    [
      'a weight for an objective that is not there',
      { weights: { eror: 2 } },
      /weights refers to the objective "eror", which is not composed; did you mean "error"\?/,
    ],
    ['a weight below 0', { weights: { error: -1 } }, /config: weights\.error: .*received -1/],
    [
      'balancing by a column that nothing declares',
      { data: { source: memory([]), workers: 0, balance: 'valu' } },
      /data\.balance refers to the target "valu", which is not composed; did you mean "value"\?/,
    ],
    [
      'balancing by numbers',
      { data: { source: memory([]), workers: 0, balance: 'value' } },
      /data\.balance: the values of "value" are no single class/,
    ],
    [
      'sharing with nobody',
      { inputs: { left: series({ share: 'right' }) } },
      /inputs\/left refers to the input "right"/,
    ],
    [
      'sharing with another plugin',
      { inputs: { left: series(), right: series({ share: 'left', id: 'other' }) } },
      /share with an input of the same plugin/,
    ],
    [
      'a mask policy that the adapter lacks',
      { masking: { left: { kind: 'block', ratio: 0.5, block: 0.5 } } },
      /masking\.left: test-series has no mask policy "block"; it has random, drop/,
    ],
    [
      'a target with an input’s name',
      { objectives: { error: meanSquare({ input: 'left', target: 'left' }) } },
      /Target "left" has the name of an input/,
    ],
  ])('%s', (_, change, message) => {
    expect(() => compose(change)).toThrow(message);
  });

  it('but `weights` stands in place of the weight of an objective that is there', () => {
    const { objectives, resolved } = compose({ weights: { error: 0.25 } });
    expect(objectives.error).toMatchObject({ id: 'test-mean-square', weight: 0.25 });
    // What a run is told by, and a step that was captured before: another weight is another step.
    expect(resolved).toMatchObject({ weights: { error: 0.25 } });
  });

  it('an input that gives more tokens in a window than the fusion takes', () => {
    const paced = (tokensPerSecond: number) => {
      const adapter = seriesAdapter({});
      const made = { ...adapter, supports: { ...adapter.supports, tokensPerSecond } };
      const setup = (scope: Scope) => scope.provide(ADAPTER, () => made);
      return definePlugin(() => ({ id: 'test-series', contract: CONTRACT, setup }))();
    };
    const narrow = definePlugin(() => ({
      id: 'narrow',
      contract: CONTRACT,
      setup: (scope) =>
        scope.provide(FUSION, () => ({ ...never, id: 'narrow', options: null, window: { seconds: 1, tokens: 64 } })),
    }));
    const never = { init: () => undefined, fuse: () => expect.fail('no step runs here') };
    expect(() => compose({ inputs: { left: paced(100) }, fusion: narrow() })).toThrow(
      /inputs\/left: test-series gives 100 tokens\/s, narrow takes 64 in 1 s; set a stride of 2/,
    );
    expect(() => compose({ inputs: { left: paced(64) }, fusion: narrow() })).not.toThrow();
    expect(() => compose({ inputs: { left: paced(100) }, fusion: early({ window: { tokens: 32 } }) })).toThrow(
      /takes 32 in 1 s; set a stride of 4/,
    );
  });

  it('two different plugins under one id, but not two copies of one', () => {
    const copy = (version?: string) =>
      definePlugin(() => ({
        id: 'test-series',
        version,
        contract: CONTRACT,
        setup: (scope) => scope.provide(ADAPTER, () => seriesAdapter({})),
      }))();
    expect(() => compose({ inputs: { left: series(), right: copy() } })).toThrow(
      /Two different plugins have the id "test-series" \(inputs\/left and inputs\/right\)/,
    );
    expect(() => compose({ inputs: { left: copy('1.2.0'), right: copy('1.2.1') } })).toThrow(/Two different plugins/);
    expect(() => compose({ inputs: { left: copy('1.2.0'), right: copy('1.2.0') } })).not.toThrow();
  });

  it('a missing dependency', () => {
    const clock = token<() => number>('acme/Clock');
    const needy = definePlugin(() => ({
      id: 'needy',
      contract: CONTRACT,
      requires: [clock],
      setup: (scope) => scope.provide(ADAPTER, () => seriesAdapter({ id: 'needy' })),
    }));
    const giver = definePlugin(() => ({
      id: 'giver',
      contract: CONTRACT,
      setup: (scope) => scope.provide(clock, () => () => 7),
    }));
    expect(() => compose({ inputs: { left: needy() } })).toThrow(
      /needy \(inputs\/left\) needs "acme\/Clock", which nothing provides/,
    );
    expect(compose({ inputs: { left: needy() }, plugins: [giver()] }).get(clock)!()).toBe(7);
  });

  it('a dependency that needs itself', () => {
    const one = token<number>('acme/One');
    const loop = definePlugin(() => ({
      id: 'loop',
      contract: CONTRACT,
      setup: (scope) => scope.provide(one, () => scope.get(one) + 1),
    }));
    expect(() => compose({ plugins: [loop()] }).get(one)).toThrow(/"acme\/One" needs itself/);
  });

  it('a head of fused tokens without a fusion', () => {
    const head: Head = { id: 'h', options: null, needsFusion: true, init: () => undefined, predict: () => ({}) };
    const plugin = definePlugin(() => ({
      id: 'h',
      contract: CONTRACT,
      setup: (scope) => scope.provide(HEAD, () => head),
    }));
    expect(() => compose({ heads: { top: plugin() } })).toThrow(
      /heads\/top reads fused tokens, but the config has no fusion/,
    );
  });
});

describe('services', () => {
  it('kept by a plugin are seen by it alone', () => {
    const secret = token<string>('acme/Secret');
    const seen: string[] = [];
    const keeper = definePlugin((value: string) => ({
      id: `keeper-${value}`,
      contract: CONTRACT,
      setup: (scope) => {
        scope.keep(secret, () => value);
        seen.push(scope.get(secret));
      },
    }));
    const runtime = compose({ plugins: [keeper('a'), keeper('b')] });
    expect(seen).toEqual(['a', 'b']);
    expect(runtime.get(secret)).toBeUndefined();
  });

  it('are released last first, once, whatever one of them throws or how long it hangs', async () => {
    const order: string[] = [];
    const releasing = definePlugin((name: string, fault?: 'throw') => ({
      id: name,
      contract: CONTRACT,
      setup: (scope) =>
        scope.onDispose(async () => {
          order.push(name);
          if (fault) throw new Error('no');
        }),
    }));
    const runtime = compose({ plugins: [releasing('first'), releasing('second', 'throw'), releasing('third')] });
    await expect(runtime.dispose()).rejects.toThrow(/Disposing failed in second \(plugins\/1\): no/);
    expect(order).toEqual(['third', 'second', 'first']);
    await runtime.dispose();
    expect(order).toHaveLength(3);
  });
});

it('resolves the config to plain data with every default filled in', () => {
  const { resolved } = compose({ inputs: { left: list(series({ width: 4 }), 3) } });
  expect(resolved).toMatchObject({
    seed: 0,
    inputs: { left: { list: 3, item: { plugin: 'test-series', options: { width: 4, layers: 1 } } } },
    train: { steps: 1, learningRate: 1e-3, schedule: 'cosine', optimiser: { kind: 'adamw', beta2: 0.98 } },
  });
});
