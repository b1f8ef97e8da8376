import { dirname } from 'node:path';
import {
  composeSources,
  type LiveSource,
  loadProject,
  ModalkitError,
  type Plugin,
  type RecordedStream,
  type Runtime,
} from '@modalkit/core';
import { findConfig } from './find-project.js';
import { loadSource } from './load-source.js';

/** Live sources that can play the streams of a recording. */
export interface RecordedSources {
  /** By stream. */
  readonly sources: Readonly<Record<string, LiveSource>>;
  dispose(): Promise<void>;
}

/**
 * Makes the sources of recorded streams again: those of a config by their names, others by package and address.
 * @param project project with the config, needed for streams that were recorded from one
 * @throws ModalkitError USAGE when a source cannot be made, or not as it was
 */
export async function recordedSources(
  streams: readonly RecordedStream[],
  project: string | undefined,
): Promise<RecordedSources> {
  const configPath = project === undefined ? undefined : await findConfig(project);
  const runtime = configPath === undefined ? undefined : await loadProject(configPath);
  const folder = configPath === undefined ? process.cwd() : dirname(configPath);
  const ofConfig: Record<string, LiveSource> = {};
  const plugins: Record<string, Plugin> = {};
  for (const stream of streams) {
    const source = ofRuntime(runtime, stream);
    if (source) ofConfig[stream.name] = source;
    else plugins[stream.name] = await sourceOfStream(stream, folder);
  }
  const composed = composeSources(plugins);
  const sources = { ...ofConfig, ...composed.sources };
  return {
    sources,
    dispose: async () => {
      await composed.dispose();
      await runtime?.dispose();
    },
  };
}

/** The source that a config names for a stream, if it is one of the same plugin. */
export function ofRuntime(runtime: Runtime | undefined, { name, plugin }: RecordedStream): LiveSource | undefined {
  const source = runtime && Object.hasOwn(runtime.live, name) ? runtime.live[name] : undefined;
  return source?.id === plugin ? source : undefined;
}

/** The plugin that made a recorded stream, by its package and address. */
export async function sourceOfStream({ name, plugin, address, by }: RecordedStream, folder: string): Promise<Plugin> {
  if (by === 'config')
    throw new ModalkitError(
      'USAGE',
      `The stream "${name}" was recorded by a config's source (${plugin}, ${address}); name that config's folder with --project.`,
    );
  return loadSource({ plugin, address }, folder);
}
