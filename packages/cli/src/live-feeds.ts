import { dirname, join, resolve } from 'node:path';
import {
  composeSources,
  type LiveFeed,
  ModalkitError,
  type Plugin,
  type RecordedSource,
  type RecordedStream,
  type Runtime,
  readRecording,
} from '@modalkit/core';
import { loadSource, parseSource } from './load-source.js';
import { speedOf } from './numbers.js';
import { ofRuntime, sourceOfStream } from './recorded-sources.js';

export interface FeedFlags {
  /** `<input>=<plugin>:<address>` each. */
  readonly source: readonly string[];
  /** Recording to play instead of reading devices. */
  readonly from?: string;
  readonly speed: string;
}

/** What feeds the inputs of a run. */
export interface OpenFeeds {
  readonly feeds: Readonly<Record<string, LiveFeed>>;
  /** What made each source, for a recording of it. */
  readonly made: Readonly<Record<string, RecordedSource['made']>>;
  /** The recording is played as fast as it is taken. */
  readonly lossless: boolean;
  dispose(): Promise<void>;
}

/** @throws ModalkitError USAGE when both a recording and devices are named */
export function checkFeeds({ from, source }: FeedFlags): void {
  if (from !== undefined && source.length > 0)
    throw new ModalkitError('USAGE', '--from and --source: a recording or devices can feed the run; give one of them.');
}

/**
 * The sources that were named, or those of the config, or a recording. Packages are looked for in the project's folder first.
 * @throws ModalkitError USAGE when nothing feeds the run
 */
export async function openFeeds(flags: FeedFlags, runtime: Runtime): Promise<OpenFeeds> {
  if (flags.from !== undefined) return openRecording(resolve(flags.from), speedOf(flags.speed), runtime);
  const { plugins, addresses } = await namedSources(flags.source, runtime.folder);
  const { sources, dispose } = composeSources(plugins);
  const opened = Object.entries(flags.source.length > 0 ? sources : runtime.live);
  if (opened.length === 0)
    throw new ModalkitError(
      'USAGE',
      `${runtime.configPath}: the config names no source in \`live\`; name one with --source <input>=<plugin>:<address>, or play a recording with --from.`,
    );
  const feeds = opened.map(([name, source]) => [name, { source, open: source.open.bind(source) }] as const);
  const made = opened.map(([name]) => [name, addresses[name] ?? ({ by: 'config' } as const)] as const);
  return { feeds: Object.fromEntries(feeds), made: Object.fromEntries(made), lossless: false, dispose };
}

interface Named {
  readonly plugins: Record<string, Plugin>;
  readonly addresses: Record<string, RecordedSource['made']>;
}

async function namedSources(flags: readonly string[], folder: string): Promise<Named> {
  const [named, addresses]: [Named['plugins'], Named['addresses']] = [{}, {}];
  for (const text of flags) {
    const flag = parseSource(text);
    if (flag.name === undefined)
      throw new ModalkitError('USAGE', `--source ${text}: say which input it feeds: <input>=<plugin>:<address>.`);
    if (flag.name in named)
      throw new ModalkitError('USAGE', `--source ${text}: "${flag.name}" has a source already; give one an input.`);
    named[flag.name] = await loadSource(flag, folder);
    addresses[flag.name] = { by: 'address', address: flag.address };
  }
  return { plugins: named, addresses };
}

async function openRecording(folder: string, speed: number, runtime: Runtime): Promise<OpenFeeds> {
  const { streams } = await readRecording(folder);
  const plugins: Record<string, Plugin> = {};
  for (const stream of streams)
    if (stream.by === 'address') plugins[stream.name] = await sourceOfStream(stream, dirname(runtime.configPath!));
  const { sources, dispose } = composeSources(plugins);
  const feeds: Record<string, LiveFeed> = {};
  const made: Record<string, RecordedSource['made']> = {};
  for (const stream of streams) {
    const input = inputOf(stream, runtime);
    const source = sources[stream.name] ?? ofRuntime(runtime, stream);
    if (input === undefined || source?.id !== stream.plugin) continue;
    const file = join(folder, stream.file);
    feeds[input] = { source, open: (context) => source.replay(file, speed, context) };
    made[input] = stream.by === 'address' ? { by: 'address', address: stream.address } : { by: 'config' };
  }
  if (Object.keys(feeds).length === 0) throw nothingFits(folder, streams, runtime.inputNames);
  return { feeds, made, lossless: speed === Number.POSITIVE_INFINITY, dispose };
}

/** The input of a stream's name, or else the only one of its plugin. */
function inputOf({ name, plugin }: RecordedStream, { inputs }: Runtime): string | undefined {
  if (inputs[name]) return name;
  const same = Object.values(inputs).filter(({ adapter }) => adapter.id === plugin);
  return same.length === 1 ? same[0]!.name : undefined;
}

function nothingFits(folder: string, streams: readonly RecordedStream[], inputs: readonly string[]): ModalkitError {
  const found = streams.map(({ name, plugin }) => `${name} (${plugin})`).join(', ');
  return new ModalkitError(
    'USAGE',
    `${folder}: none of its streams, ${found}, feeds an input of this run, ${inputs.join(', ')}; record with --source <input>=<plugin>:<address>.`,
  );
}
