import { LIVE_SOURCE, type LiveSource, ModalkitError, type Plugin } from '@modalkit/contract';
import { checkNames } from '../compose/check-names.js';
import { checkPlugins } from '../compose/check-plugins.js';
import { ProjectScope } from '../compose/project-scope.js';

/** Live sources by name, without a project around them. */
export interface ComposedSources {
  readonly sources: Readonly<Record<string, LiveSource>>;
  dispose(): Promise<void>;
}

/** Makes the live sources of plugins by the name of each. @throws ModalkitError COMPOSE, OPTIONS or PLUGIN */
export function composeSources(plugins: Readonly<Record<string, Plugin>>): ComposedSources {
  checkNames('Stream', Object.keys(plugins));
  checkPlugins(Object.entries(plugins).map(([name, plugin]) => ({ slot: `live/${name}`, plugin })));
  const scope = new ProjectScope();
  const sources = Object.entries(plugins).map(([name, plugin]) => {
    scope.setup(`live/${name}`, plugin);
    const source = scope.ofSlot(`live/${name}`, LIVE_SOURCE);
    if (source) return [name, source] as const;
    throw new ModalkitError('COMPOSE', `live/${name}: ${plugin.id} provides no live source; name a plugin that does.`);
  });
  return { sources: Object.fromEntries(sources), dispose: () => scope.dispose() };
}
