// Checked by `npm run typecheck`: where nothing is wrong under an @ts-expect-error, that line is the error.

import {
  ADAPTER,
  type Adapter,
  CONTRACT,
  definePlugin,
  definePluginSet,
  FUSION,
  HEAD,
  type Plugin,
} from '@modalkit/contract';
import { classify, cross, defineConfig, jsonl, list, type OpenRun } from '@modalkit/core';
import { text } from '@modalkit/text';

declare const adapter: Adapter<string>;
declare const plugin: Plugin;
const rest = { objectives: {}, data: { source: jsonl({ path: 'a.jsonl' }) }, train: { steps: 1 } };

/** A config. */
export const configs = [
  defineConfig({ ...rest, inputs: { words: text() } }),
  // @ts-expect-error a factory that was not called
  defineConfig({ ...rest, inputs: { words: text } }),
  // @ts-expect-error an unknown key
  defineConfig({ ...rest, inputs: { words: text() }, lerningRate: 1 }),
  // @ts-expect-error a wrong type
  defineConfig({ ...rest, inputs: { words: text() }, train: { steps: '1' } }),
  // @ts-expect-error no objectives
  defineConfig({ inputs: {}, data: rest.data, train: rest.train }),
  // @ts-expect-error a mask policy that there is none of
  defineConfig({ ...rest, inputs: {}, masking: { words: { kind: 'hide', ratio: 0.5 } } }),
  // @ts-expect-error an adapter is no plugin
  defineConfig({ ...rest, inputs: { words: adapter } }),
  // @ts-expect-error a list says how many it may hold
  defineConfig({ ...rest, inputs: { turns: list(text()) } }),
  // @ts-expect-error an option that the fusion has not
  defineConfig({ ...rest, inputs: {}, fusion: cross({ layer: 1 }) }),
];

/** A plugin. */
export const plugins = [
  definePlugin(() => ({ id: 'a', contract: CONTRACT, setup: (scope) => scope.provide(ADAPTER, () => adapter) })),
  // @ts-expect-error no contract
  definePlugin(() => ({ id: 'a', setup: () => undefined })),
  // @ts-expect-error an adapter is no fusion
  definePlugin(() => ({ id: 'a', contract: CONTRACT, setup: (scope) => scope.provide(FUSION, () => adapter) })),
  // @ts-expect-error half an adapter
  definePlugin(() => ({ id: 'a', contract: CONTRACT, setup: (scope) => scope.provide(ADAPTER, () => ({ id: 'a' })) })),
  definePlugin(() => ({
    id: 'a',
    contract: CONTRACT,
    setup(scope) {
      // @ts-expect-error what is asked for under a token has its type
      const head: Adapter = scope.get(HEAD);
      scope.onDispose(() => void head);
    },
  })),
  // @ts-expect-error an object without the brand is no plugin of a set
  definePluginSet(() => ({ id: 's', contract: CONTRACT, inputs: { words: { id: 'a', contract: 1, setup() {} } } })),
];

const named = defineConfig({
  ...rest,
  inputs: { words: text(), title: text() },
  heads: { kind: classify({ classes: 2 }) },
});

/** A run whose config is known: inputs and heads by name. */
export async function ask(run: OpenRun<typeof named>, plain: OpenRun): Promise<void> {
  const { kind } = await run.classify({ words: 'a' });
  const name: string | undefined = kind?.name;
  // @ts-expect-error no such head
  const { kinds } = await run.classify({ words: 'a' });
  // @ts-expect-error no such input
  await run.classify({ word: 'a' });
  await run.embed('title', ['a']);
  // @ts-expect-error no such input
  await run.embed('titel', ['a']);
  // @ts-expect-error no such input to search
  await run.search({ words: 'a' }, 'picture');
  // @ts-expect-error no such head to write
  await run.ask({ words: 'a' }, { head: 'reply' });
  // @ts-expect-error no such input to feed
  for await (const result of run.live({ word: plugin })) void result;
  // without a config any name will do
  await plain.embed(name ?? '', [kinds]);
  const { anything } = await plain.score({ whatever: 1 });
  void anything?.score;
}

/** What is read only stays so. */
export function write(): void {
  // @ts-expect-error
  plugin.contract = 2;
  // @ts-expect-error
  adapter.supports.masks = [];
}
