import { ModalkitError } from '@modalkit/contract';
import type { RecordedStream } from '../live/recording-file.js';
import type { SlicedRecording } from './sliced-recording.js';

/**
 * Refuses recordings that do not hold the same: other streams, of other plugins, or with other channels.
 * @throws ModalkitError DATA that names both recordings and what differs
 */
export function checkStreams([first, ...others]: readonly SlicedRecording[]): void {
  for (const other of others) {
    const difference = differenceOf(first!, other);
    if (difference === undefined) continue;
    throw new ModalkitError(
      'DATA',
      `${other.name} does not hold what ${first!.name} holds: ${difference}; slice them into manifests of their own.`,
      { folder: other.folder },
    );
  }
}

function differenceOf(first: SlicedRecording, other: SlicedRecording): string | undefined {
  const names = (recording: SlicedRecording) => recording.streams.map(({ name }) => name).sort();
  const [wanted, found] = [names(first), names(other)];
  if (!equal(wanted, found)) return `its streams are ${found.join(', ')}, not ${wanted.join(', ')}`;
  for (const stream of other.streams) {
    const same = first.streams.find(({ name }) => name === stream.name)!;
    if (stream.plugin !== same.plugin) return `its stream "${stream.name}" is of ${stream.plugin}, not ${same.plugin}`;
    const [channels, others] = [channelsOf(stream), channelsOf(same)];
    if (!equal(channels, others))
      return `its stream "${stream.name}" has the channels ${shown(channels)}, not ${shown(others)}`;
  }
  return undefined;
}

const equal = (a: readonly string[], b: readonly string[]) => JSON.stringify(a) === JSON.stringify(b);
const shown = (channels: readonly string[]) => channels.join(', ') || '(none named)';

/** What a source says of its channels in its options: names, objects with names, a record by name, or their number. */
function channelsOf({ options }: RecordedStream): readonly string[] {
  const { channels } = (options ?? {}) as { channels?: unknown };
  if (Array.isArray(channels))
    return channels.map((channel) => String((channel as { name?: unknown } | null)?.name ?? channel));
  if (typeof channels === 'object' && channels !== null) return Object.keys(channels);
  return channels === undefined ? [] : [String(channels)];
}
