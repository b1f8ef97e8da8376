import { isPlugin, type LiveSource, ModalkitError, type Plugin } from '@modalkit/contract';
import { checkLive } from '../compose/check-parts.js';
import type { Searcher } from '../search/index.js';
import type { Model } from '../train/model.js';
import { composeSources } from './compose-sources.js';
import { type LiveFeed, LiveSession, type SessionOptions } from './live-session.js';
import { liveWindows } from './live-windows.js';

/** What feeds inputs: plugins that provide a live source, or feeds that are made already. */
export type LiveSources<Input extends string = string> = { readonly [Name in Input]?: Plugin | LiveFeed };

/** @throws ModalkitError USAGE when nothing feeds the run, COMPOSE when a source feeds no input that takes live data */
export function openSession(
  model: Model,
  searcher: Searcher,
  sources: LiveSources | undefined,
  options: SessionOptions = {},
): LiveSession {
  const { runtime } = model;
  const given = Object.entries(sources ?? {}) as [string, Plugin | LiveFeed][];
  const plugins = given.filter((entry): entry is [string, Plugin] => isPlugin(entry[1]));
  const made = given.filter((entry): entry is [string, LiveFeed] => !isPlugin(entry[1]));
  const composed = composeSources(Object.fromEntries(plugins));
  const opened = sources ? composed.sources : runtime.live;
  const feeds: Record<string, LiveFeed> = { ...feedsOf(opened), ...Object.fromEntries(made) };
  checkLive({ inputs: runtime.inputs, live: feeds });
  if (Object.keys(feeds).length === 0)
    throw new ModalkitError('USAGE', 'Nothing feeds the run: name sources by input, or in the `live` of the config.');
  return new LiveSession({
    ...{ options, runtime, feeds },
    windows: (inputs) => liveWindows(model, inputs),
    search: (vector, input, top) => searcher.search(vector, input, top),
    close: () => composed.dispose(),
  });
}

function feedsOf(sources: Readonly<Record<string, LiveSource>>): Record<string, LiveFeed> {
  return Object.fromEntries(
    Object.entries(sources).map(([name, source]) => [name, { source, open: (context) => source.open(context) }]),
  );
}
