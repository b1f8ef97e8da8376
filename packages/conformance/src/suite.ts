import { ADAPTER, type Plugin } from '@modalkit/contract';
import { adapterOf, openAdapterBench } from './adapter-bench.js';
import type { AdapterCase } from './adapter-case.js';
import { broken, type Given, type Promised } from './promised.js';
import { adapterPromises } from './promises/adapter-promises.js';
import { providedBy } from './provided-by.js';

/** Everything that is asked of one plugin. */
export interface Suite {
  /** What the plugin provides: `adapter`, `fusion` … */
  readonly kind: string;
  readonly checks: readonly Check[];
}

export interface Check {
  readonly id: string;
  readonly title: string;
  /** Why it isn't asked of this plugin. */
  readonly leftOut?: string;
  /** @throws ModalkitError PLUGIN that says what is broken, or Blocked */
  run(): Promise<void>;
}

/** The plugin could not be made ready, so that this promise was not looked at. */
export class Blocked extends Error {}

/** Title of the check that makes the plugin ready. */
const READY = { id: 'is-made-ready', title: 'the plugin is set up, and its samples go all the way to a batch' };

/** The checks of a plugin by what it provides. @throws ModalkitError PLUGIN when it provides nothing that is judged */
export function suiteOf(given: ConformanceCase): Suite {
  const provided = providedBy(given.plugin, 'inputs/tried');
  const provides = (token: { readonly key: symbol }) => provided.tokens.some(({ key }) => key === token.key);
  if (provides(ADAPTER))
    return suite('adapter', adapterOf(provided), given, adapterPromises, () => openAdapterBench(given as AdapterCase));
  return broken(`${given.plugin.id}: the plugin provides nothing that this kit judges; it judges adapters.`);
}

export type ConformanceCase = { readonly plugin: Plugin } & AdapterCase;

function suite<Part, Bench>(
  kind: string,
  part: Part,
  given: Given,
  promises: readonly Promised<Part, Bench>[],
  open: () => Promise<Bench>,
): Suite {
  let opened: Promise<Bench> | undefined;
  const bench = () => (opened ??= open());
  const ready = { ...READY, run: async () => void (await bench()) };
  const checks = promises.map(({ id, title, leftOut, check }) => ({
    id,
    title,
    leftOut: leftOut?.(part, given),
    run: async () => {
      const made = await bench().catch(() => {
        throw new Blocked(`Not checked: see "${READY.title}".`);
      });
      await check(made);
    },
  }));
  return { kind, checks: [ready, ...checks] };
}
