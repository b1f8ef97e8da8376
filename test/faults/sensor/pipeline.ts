import { newCounters, type SensorCounters } from '../../../plugins/sensor/src/live/counters.js';
import { EventQueue } from '../../../plugins/sensor/src/live/event-queue.js';
import { formatOf } from '../../../plugins/sensor/src/live/format-of.js';
import { PacketPipeline } from '../../../plugins/sensor/src/live/packet-pipeline.js';
import { parseSerialOptions, type SerialOptions } from '../../../plugins/sensor/src/live/serial-options.js';

/** What stands between a port and its consumer, without the port. */
export function makePipeline(options: Partial<SerialOptions> = {}) {
  const parsed = parseSerialOptions({
    port: '/dev/virtual',
    format: 'cobs',
    channels: { x: { rate: 100 } },
    ...options,
  } as SerialOptions);
  const counters = newCounters();
  const names = parsed.channels.map(({ name }) => name);
  const queue = new EventQueue(names, parsed.buffer, parsed.overflow, counters, 'Serial port /dev/virtual');
  return { pipeline: new PacketPipeline(parsed, counters, queue), queue, counters, format: formatOf(parsed) };
}

/** Every packet that was sent is in exactly one of these. */
export const accounted = ({ used, late, duplicate, lost, bad, dropped }: SensorCounters) =>
  used + late + duplicate + lost + bad + dropped;
