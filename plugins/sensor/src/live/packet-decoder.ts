import type { LiveEvent } from '@modalkit/contract';
import { newCounters, type SensorCounters } from './counters.js';
import { EventQueue } from './event-queue.js';
import { PacketPipeline } from './packet-pipeline.js';
import type { SensorChunk } from './sensor-chunk.js';
import { parseSerialOptions, type SerialOptions } from './serial-options.js';

/** Turns the bytes of a device into events without a port: for a line of one's own, or bytes that were kept. */
export interface PacketDecoder {
  /** @param arrived when the bytes were read, seconds on the shared clock */
  push(bytes: Uint8Array, arrived: number): LiveEvent<SensorChunk>[];
  /** The events that are left when the bytes end. */
  flush(arrived: number): LiveEvent<SensorChunk>[];
  counters(): SensorCounters;
}

/**
 * What `serial()` does with the bytes it reads; `port` is what errors call them.
 * @throws ModalkitError OPTIONS that names each wrong option
 */
export function packetDecoder(options: SerialOptions): PacketDecoder {
  const parsed = parseSerialOptions(options);
  const counters = newCounters();
  const names = parsed.channels.map(({ name }) => name);
  const queue = new EventQueue(names, parsed.buffer, parsed.overflow, counters, parsed.port);
  const pipeline = new PacketPipeline(parsed, counters, queue);
  return {
    push: (bytes, arrived) => {
      pipeline.push(bytes, arrived);
      return queue.takeAll();
    },
    flush: (arrived) => {
      pipeline.end(arrived);
      return queue.takeAll();
    },
    counters: () => ({ ...counters }),
  };
}
