import { describe, expect, test } from 'vitest';
import { digitsPlugin } from '../broken/index.js';
import { conformance, judge } from '../src/index.js';

const samples = [{ digits: [1, 2] }, { digits: [3] }, { digits: [4, 5, 6] }];

/** A runner that notes what it is given. */
function noted() {
  const groups: string[] = [];
  const tests = new Map<string, () => Promise<void>>();
  const runner = {
    describe: (name: string, body: () => void) => {
      groups.push(name);
      body();
    },
    test: (title: string, body: () => Promise<void>) => void tests.set(title, body),
  };
  return { groups, tests, runner };
}

describe('conformance', () => {
  test('makes one test a promise by any runner; those left out say so', async () => {
    const { groups, tests, runner } = noted();
    conformance({ runner, plugin: digitsPlugin(), samples });
    expect(groups).toEqual(['digits, adapter: conformance']);
    const titles = [...tests.keys()];
    expect(titles).toContain('mask hides only valid tokens, by every policy that it declares');
    expect(titles).toContain(
      'not checked, since no budget is given: time and memory stay within what the author states',
    );
    await tests.get('the plugin is set up and made ready with what was given')!();
  });

  test('when a hook fails, the first test says which, and the others that they were not looked at', async () => {
    const { tests, runner } = noted();
    const plugin = digitsPlugin(() => ({ fit: () => Promise.reject(new Error('no disk')) }));
    conformance({ runner, plugin, samples });
    const said = await Promise.all(
      [...tests.values()].slice(0, 3).map((body) => body().catch((error) => error.message)),
    );
    expect(said[0]).toBe('fit fails on the samples that were given: no disk');
    expect(said[1]).toBe('Not checked: see "the plugin is set up and made ready with what was given".');
  });

  test.each([
    [{ samples: samples.slice(1) }, /Give at least three samples; there are 2/],
    [{ samples: samples.map(() => ({ digits: [1] })) }, /all samples have 1 tokens: give some of different lengths/],
    [{ samples: [{ digits: ['1'] }, ...samples] }, /sample fails on the samples that were given: Invalid input/],
  ])('samples that will not do are refused in a sentence: %j', async (given, says) => {
    const first = await judge({ plugin: digitsPlugin(), ...given }).next();
    expect(first.value).toMatchObject({ id: 'is-made-ready', result: 'broken', says: expect.stringMatching(says) });
  });

  test('what provides nothing that is judged is refused', () => {
    const nothing = { ...digitsPlugin(), setup: () => undefined };
    expect(() => conformance({ runner: noted().runner, plugin: nothing, samples })).toThrow(
      /provides nothing that is judged/,
    );
    expect(() => conformance({ runner: noted().runner, plugin: {} as never, samples })).toThrow(
      /`plugin` is no plugin/,
    );
  });
});
