import { dirname, resolve } from 'node:path';
import {
  composeSources,
  loadProject,
  ModalkitError,
  type Plugin,
  type RecordedSource,
  type RecordOptions,
  recordStreams,
} from '@modalkit/core';
import { findConfig } from '../find-project.js';
import { loadSource, parseSource } from '../load-source.js';
import { listenToKeys, parseKeys } from '../marking-keys.js';
import { positiveNumber } from '../numbers.js';
import { createOutput } from '../output.js';
import { describeStreams, recordProgress } from '../record-progress.js';
import { stopOnSignals } from '../signals.js';

export interface RecordFlags {
  readonly source: readonly string[];
  readonly project?: string;
  readonly out: string;
  readonly seconds?: string;
  readonly machine?: string;
  readonly label: readonly string[];
  readonly key: readonly string[];
  readonly json?: boolean;
}

/** `modalkit record`. */
export async function record(flags: RecordFlags): Promise<void> {
  const output = createOutput(flags.json);
  const signal = stopOnSignals(output.say, 'closing the files of the recording');
  const seconds = positiveNumber('--seconds', flags.seconds);
  const folder = resolve(flags.out);
  const keys = parseKeys(flags.key);
  const { sources, dispose } = await sourcesOf(flags);
  const progress = recordProgress(output);
  let deafen = () => {};
  const marking: RecordOptions['marking'] = (toggle) => {
    progress.notice(`Keys: ${flags.key.join(', ')}; each begins its event, and ends it.`);
    deafen = listenToKeys(keys, (label) => {
      const { time, kind } = toggle(label, 'key');
      progress.notice(`${time.toFixed(1)} s: ${label} ${kind === 'begin' ? 'begins' : 'ends'}.`);
    });
  };
  const { recording, lost } = await recordStreams({
    ...{ sources, folder, signal, seconds, machine: flags.machine, labels: flags.label },
    ...(keys.size > 0 && { marking }),
    notice: progress.notice,
    progress: progress.show,
  }).finally(() => {
    deafen();
    progress.close();
  });
  await dispose();
  output.say(`Recorded ${recording.seconds.toFixed(1)} s into ${folder}: ${describeStreams(recording)}`);
  output.result({ folder, ...recording });
  if (lost[0] && !signal.aborted) throw lost[0];
}

interface Sources {
  readonly sources: Readonly<Record<string, RecordedSource>>;
  dispose(): Promise<void>;
}

/** The sources that the config names in `live`, and those of the command line. */
async function sourcesOf({ source: flags, project }: RecordFlags): Promise<Sources> {
  const configPath = project === undefined ? undefined : await findConfig(project);
  const runtime = configPath === undefined ? undefined : await loadProject(configPath);
  const folder = configPath === undefined ? process.cwd() : dirname(configPath);
  const sources: Record<string, RecordedSource> = {};
  for (const [name, source] of Object.entries(runtime?.live ?? {})) sources[name] = { source, made: { by: 'config' } };
  const plugins: Record<string, Plugin> = {};
  const addresses: Record<string, string> = {};
  for (const text of flags) {
    const flag = parseSource(text);
    const name = flag.name ?? freeName(flag.plugin, { ...sources, ...plugins });
    if (name in sources || name in plugins)
      throw new ModalkitError('USAGE', `--source ${text}: there is a stream "${name}" already; give it another name.`);
    plugins[name] = await loadSource(flag, folder);
    addresses[name] = flag.address;
  }
  const composed = composeSources(plugins);
  for (const [name, source] of Object.entries(composed.sources))
    sources[name] = { source, made: { by: 'address', address: addresses[name]! } };
  if (Object.keys(sources).length === 0) throw nothingNamed(configPath);
  return {
    sources,
    dispose: async () => {
      await composed.dispose();
      await runtime?.dispose();
    },
  };
}

/** `sensor`, `sensor-2`: the last part of a package's name, with a number when it is taken. */
function freeName(plugin: string, taken: Readonly<Record<string, unknown>>): string {
  const word = plugin
    .slice(plugin.lastIndexOf('/') + 1)
    .replaceAll(/[.~]/g, '-')
    .replace(/^[^\p{L}_]+/u, '');
  const names = [word || 'stream', ...Array.from({ length: 1000 }, (_, index) => `${word || 'stream'}-${index + 2}`)];
  return names.find((name) => !(name in taken))!;
}

function nothingNamed(configPath: string | undefined): ModalkitError {
  return configPath === undefined
    ? new ModalkitError('USAGE', 'Nothing to record: name a source with --source <plugin>:<address>, or a --project.')
    : new ModalkitError('USAGE', `${configPath}: the config names no source in \`live\`; add one, or use --source.`);
}
