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
import { cross, defineConfig, jsonl, list } from '@modalkit/core';
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

/** What is read only stays so. */
export function write(): void {
  // @ts-expect-error
  plugin.contract = 2;
  // @ts-expect-error
  adapter.supports.masks = [];
}
