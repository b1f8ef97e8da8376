import type { LiveEvent } from '@modalkit/contract';
import type { PacketFormat } from './packet-format.js';
import type { SensorChunk } from './sensor-chunk.js';

/** The bytes that a device would have sent for an event; a delimiter before them keeps noise off the first. */
export function packetsOf(event: LiveEvent<SensorChunk>, names: readonly string[], format: PacketFormat): Uint8Array {
  if (event.kind === 'gap') return new Uint8Array();
  const { times, sequence, device, channels } = event.value;
  const columns = names.map((name) => channels[name]!);
  const frames = [...times.keys()].map((row) =>
    format.encode({
      sequence: sequence[row]!,
      device: device[row]!,
      values: columns.map((column) => column[row]!),
    }),
  );
  return Buffer.concat([Uint8Array.of(format.delimiter), ...frames]);
}
