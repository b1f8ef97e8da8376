import { CONTRACT, definePlugin, LIVE_SOURCE, type LiveSource } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { name, version } from '../package.json';
import { openSocket } from './open-socket.js';
import { recordLines, replayLines } from './recording.js';
import type { Row } from './windows.js';

const sourceSchema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1'),
  port: z.int().min(1).max(65_535),
  /** Numbers in a row. */
  channels: z.int().min(1).max(4096),
});

export type __modality__SourceOptions = z.input<typeof sourceSchema>;

/**
 * A device on the network that sends a JSON list of numbers a line, over TCP.
 * @throws ModalkitError OPTIONS that names each wrong option
 */
export const __modality__Source = definePlugin((options: __modality__SourceOptions) => {
  const parsed = parseOptions(sourceSchema, options, name);
  return {
    id: name,
    contract: CONTRACT,
    version,
    setup: (scope) => scope.provide(LIVE_SOURCE, () => sourceOf(parsed)),
  };
});

/** The source that `__name__:<host>:<port>?channels=<number>` names on a command line. */
export function liveSource(address: string) {
  const url = `tcp://${address}`;
  const { hostname, port, searchParams } = new URL(URL.canParse(url) ? url : 'tcp:');
  return __modality__Source({ host: hostname, port: Number(port), channels: Number(searchParams.get('channels')) });
}

function sourceOf(options: z.output<typeof sourceSchema>): LiveSource<Row> {
  const { host, port } = options;
  return {
    id: name,
    options,
    address: `${host}:${port}`,
    open: (context) => openSocket(options, context),
    extension: 'jsonl',
    record: recordLines,
    replay: (file, speed, context) => replayLines(file, speed, context, options),
    bytesOf: (event) => new TextEncoder().encode(event.kind === 'data' ? `${JSON.stringify(event.value)}\n` : ''),
  };
}
