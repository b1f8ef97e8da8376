import { dirname, join, resolve } from 'node:path';
import {
  type Config,
  type LiveFeed,
  ModalkitError,
  type Plugin,
  type RecordedStream,
  type Runtime,
  readRecording,
} from '@modalkit/core';
import { loadSource, parseSource } from './load-source.js';
import { speedOf } from './numbers.js';
import { sourceOfStream } from './recorded-sources.js';

export interface FeedFlags {
  /** `<input>=<plugin>:<address>` each. */
  readonly source: readonly string[];
  /** Recording to play instead of reading devices. */
  readonly from?: string;
  readonly speed: string;
}

/** What feeds the inputs of a run: found before its project is composed, because it is part of the config. */
export interface FeedPlan {
  /** Puts the sources that were named instead of the config's into its `live`. */
  change(config: Config): Config;
  /** @throws ModalkitError USAGE when nothing feeds the run */
  feeds(runtime: Runtime): Readonly<Record<string, LiveFeed>>;
  /** The recording is played as fast as it is taken. */
  readonly lossless: boolean;
}

/** @param configPath config of the run's project: packages are looked for in its folder first */
export async function planFeeds(flags: FeedFlags, configPath: string): Promise<FeedPlan> {
  if (flags.from !== undefined && flags.source.length > 0)
    throw new ModalkitError('USAGE', '--from and --source: a recording or devices can feed the run; give one of them.');
  if (flags.from !== undefined) return planRecording(resolve(flags.from), speedOf(flags.speed), dirname(configPath));
  const named = await namedSources(flags.source, dirname(configPath));
  return {
    change: (config) => (flags.source.length > 0 ? { ...config, live: named } : config),
    feeds: (runtime) => opened(runtime, configPath),
    lossless: false,
  };
}

async function namedSources(flags: readonly string[], folder: string): Promise<Record<string, Plugin>> {
  const named: Record<string, Plugin> = {};
  for (const text of flags) {
    const flag = parseSource(text);
    if (flag.name === undefined)
      throw new ModalkitError('USAGE', `--source ${text}: say which input it feeds: <input>=<plugin>:<address>.`);
    if (flag.name in named)
      throw new ModalkitError('USAGE', `--source ${text}: "${flag.name}" has a source already; give one an input.`);
    named[flag.name] = await loadSource(flag, folder);
  }
  return named;
}

function opened({ live }: Runtime, configPath: string): Record<string, LiveFeed> {
  const feeds = Object.entries(live).map(
    ([name, source]) => [name, { source, open: source.open.bind(source) }] as const,
  );
  if (feeds.length > 0) return Object.fromEntries(feeds);
  throw new ModalkitError(
    'USAGE',
    `${configPath}: the config names no source in \`live\`; name one with --source <input>=<plugin>:<address>, or play a recording with --from.`,
  );
}

async function planRecording(folder: string, speed: number, project: string): Promise<FeedPlan> {
  const { streams } = await readRecording(folder);
  const made = new Map<string, Plugin>();
  for (const stream of streams)
    if (stream.by === 'address') made.set(stream.name, await sourceOfStream(stream, project));
  const files = new Map<string, string>();
  return {
    lossless: speed === Number.POSITIVE_INFINITY,
    change: (config) => {
      const live: Record<string, Plugin> = {};
      for (const stream of streams) {
        const input = inputOf(stream, config);
        const plugin = made.get(stream.name) ?? config.live?.[stream.name];
        if (input === undefined || !plugin || plugin.id !== stream.plugin) continue;
        live[input] = plugin;
        files.set(input, join(folder, stream.file));
      }
      return { ...config, live };
    },
    feeds: ({ live, inputNames }) => {
      if (files.size === 0) throw nothingFits(folder, streams, inputNames);
      const feeds = [...files].map(([input, file]) => {
        const source = live[input]!;
        return [input, { source, open: (context) => source.replay(file, speed, context) }] as [string, LiveFeed];
      });
      return Object.fromEntries(feeds);
    },
  };
}

/** The input of a stream's name, or else the only one of its plugin. */
function inputOf({ name, plugin }: RecordedStream, { inputs }: Config): string | undefined {
  const all = Object.entries(Array.isArray(inputs) ? Object.assign({}, ...inputs) : inputs) as [string, Plugin][];
  if (all.some(([input]) => input === name)) return name;
  const same = all.filter(([, { id }]) => id === plugin);
  return same.length === 1 ? same[0]![0] : undefined;
}

function nothingFits(folder: string, streams: readonly RecordedStream[], inputs: readonly string[]): ModalkitError {
  const found = streams.map(({ name, plugin }) => `${name} (${plugin})`).join(', ');
  return new ModalkitError(
    'USAGE',
    `${folder}: none of its streams, ${found}, feeds an input of this run, ${inputs.join(', ')}; record with --source <input>=<plugin>:<address>.`,
  );
}
