import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LiveContext, type LiveEvent, type LiveStream, ModalkitError } from '@modalkit/contract';
import { z } from 'zod';
import type { Row } from './windows.js';

/** Characters of a line; what is longer is no row. */
const LONGEST = 65_536;
/** Milliseconds between attempts to connect again. */
const PAUSE = 500;

export interface SocketOptions {
  readonly host: string;
  readonly port: number;
  readonly channels: number;
}

interface Counters {
  used: number;
  bad: number;
}

/** Rows as they come. A lost connection is a gap, and made again; one that cannot be made at first is an error. */
export function openSocket(options: SocketOptions, context: LiveContext): LiveStream<Row> {
  const counters: Counters = { used: 0, bad: 0 };
  return { counters: () => ({ ...counters }), [Symbol.asyncIterator]: () => rows(options, context, counters) };
}

async function* rows(options: SocketOptions, context: LiveContext, counters: Counters): AsyncGenerator<LiveEvent<Row>> {
  const { now, signal, notice } = context;
  const address = `${options.host}:${options.port}`;
  let lost: number | undefined;
  while (!signal.aborted) {
    const socket = await connected(options, signal).catch((error: NodeJS.ErrnoException) => {
      if (lost === undefined && !signal.aborted) throw notReached(address, error);
    });
    if (socket) {
      notice(`${address}: connected.`);
      if (lost !== undefined) yield { kind: 'gap', time: [lost, now()], reason: 'the connection was lost' };
      for await (const row of rowsOf(socket, options.channels, counters)) {
        const time = now();
        yield { kind: 'data', value: row, time: [time, time], arrived: time };
      }
      lost = now();
      if (!signal.aborted) notice(`${address}: the connection was lost.`);
    }
    await sleep(PAUSE, undefined, { signal }).catch(() => undefined);
  }
}

function notReached(address: string, { code }: NodeJS.ErrnoException): ModalkitError {
  return new ModalkitError('DATA', `${address}: no connection (${code}); start the device, or correct the address.`);
}

async function connected({ host, port }: SocketOptions, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ host, port }).setEncoding('utf8');
  // without a listener an error between two reads would end the process
  socket.on('error', () => undefined);
  const close = () => socket.destroy();
  signal.addEventListener('abort', close);
  socket.once('close', () => signal.removeEventListener('abort', close));
  await once(socket, 'connect', { signal });
  return socket;
}

/** The rows of one connection; ends with it, however it ends. */
async function* rowsOf(socket: Socket, channels: number, counters: Counters): AsyncGenerator<Row> {
  const schema = z.array(z.number()).length(channels);
  let rest = '';
  try {
    for await (const text of socket) {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      if (rest.length > LONGEST) {
        counters.bad += 1;
        rest = '';
      }
      for (const line of lines) {
        const row = schema.safeParse(parsed(line)).data;
        counters[row ? 'used' : 'bad'] += 1;
        if (row) yield row;
      }
    }
  } catch {
    // a broken connection ends like a closed one
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
