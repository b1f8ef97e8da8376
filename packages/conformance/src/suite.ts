import { ADAPTER, DATA_SOURCE, FUSION, HEAD, OBJECTIVE } from '@modalkit/contract';
import { adapterOf, openAdapterBench } from './adapter-bench.js';
import type { AdapterCase } from './adapter-case.js';
import { modelPart, openPartBench } from './part-bench.js';
import type { PartCase, SourceCase } from './part-case.js';
import { broken, type Given, type Promised } from './promised.js';
import { adapterPromises } from './promises/adapter-promises.js';
import { partPromises, sourcePromises } from './promises/part-promises.js';
import { providedBy } from './provided-by.js';
import { openSourceBench, sourceOf } from './source-bench.js';

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
const READY = { id: 'is-made-ready', title: 'the plugin is set up and made ready with what was given' };

/** The checks of a plugin by what it provides. @throws ModalkitError PLUGIN when it provides nothing that is judged */
export function suiteOf(given: ConformanceCase): Suite {
  const provided = providedBy(given.plugin, 'heads/tried');
  const provides = (token: { readonly key: symbol }) => provided.tokens.some(({ key }) => key === token.key);
  if (provides(ADAPTER))
    return suite('adapter', adapterOf(provided), given, adapterPromises, () => openAdapterBench(given as AdapterCase));
  if (provides(DATA_SOURCE))
    return suite('data source', sourceOf(provided), given, sourcePromises, () => openSourceBench(given as SourceCase));
  if (![FUSION, HEAD, OBJECTIVE].some(provides))
    broken(
      `${given.plugin.id}: it provides nothing that is judged: an adapter, fusion, head, objective or data source.`,
    );
  const part = modelPart(provided);
  return suite(part.kind, part, given, partPromises[part.kind], () => openPartBench(given as PartCase));
}

/** What is given to the kit, by what the plugin provides. */
export type ConformanceCase = AdapterCase | PartCase | SourceCase;

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
