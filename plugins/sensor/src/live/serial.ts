import { CONTRACT, definePlugin, type Json, LIVE_SOURCE, type LiveSource } from '@modalkit/contract';
import { version } from '../../package.json';
import { formatOf } from './format-of.js';
import { packetsOf } from './packets-of.js';
import { recordCsv } from './record-csv.js';
import { replayCsv } from './replay-csv.js';
import type { SensorChunk } from './sensor-chunk.js';
import { type ParsedSerialOptions, parseSerialOptions, type SerialOptions } from './serial-options.js';
import { openSerial } from './serial-stream.js';

/**
 * A device on a serial port that sends CSV lines, JSON lines or COBS frames.
 * @throws ModalkitError OPTIONS that names each wrong option
 */
export const serial = definePlugin((options: SerialOptions) => {
  const parsed = parseSerialOptions(options);
  return {
    id: '@modalkit/sensor',
    contract: CONTRACT,
    version,
    setup: (scope) => scope.provide(LIVE_SOURCE, () => serialSource(parsed)),
  };
});

/** The live source behind `serial()`. */
export function serialSource(options: ParsedSerialOptions): LiveSource<SensorChunk> {
  const names = options.channels.map(({ name }) => name);
  return {
    id: '@modalkit/sensor',
    options: options as unknown as Json,
    address: options.port,
    open: (context) => openSerial(options, context),
    extension: 'csv',
    record: (file, origin) => recordCsv(file, origin, names),
    replay: (file, speed, context) => replayCsv(file, speed, context, names),
    bytesOf: (event) => packetsOf(event, names, formatOf(options)),
  };
}
