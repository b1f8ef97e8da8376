import { setTimeout as sleep } from 'node:timers/promises';
import { ModalkitError } from '@modalkit/contract';
import type { DeviceContext } from './device-context.js';
import type { DeviceCounters } from './device-counters.js';
import { type DeviceSpec, deviceName, parseDevice } from './device-spec.js';
import { DropQueue } from './drop-queue.js';
import { type ArrivedBlock, type BlockReader, type DeviceSession, readDevice } from './read-device.js';

/** A block or frame of a device. Times are seconds on the shared clock. */
export type DeviceBlock<Value> = Value & {
  /** When it begins, after the device's own clock was corrected. */
  readonly time: number;
  /** When its last byte was read. */
  readonly arrived: number;
  /** What is missing before it. */
  readonly gap?: { readonly start: number; readonly end: number; readonly reason: string };
};

/** An opened device, to be iterated once. It ends when its source is exhausted or the signal aborts. */
export interface DeviceStream<Value> extends AsyncIterable<DeviceBlock<Value>> {
  counters(): Readonly<DeviceCounters>;
}

/** Most bytes that wait for the consumer. */
const QUEUE_BYTES = 32 * 1024 * 1024;
/** Seconds before the first and the later tries to reconnect: each waits twice as long. */
const FIRST_WAIT = 0.25;
const LONGEST_WAIT = 5;

/** Reads a device without ever making it wait, and reconnects to it. */
export function openDevice<Value>(
  given: DeviceSpec,
  reader: BlockReader<Value>,
  context: DeviceContext,
): DeviceStream<Value> {
  const spec = parseDevice(given);
  const counters: DeviceCounters = { used: 0, dropped: 0, lost: 0, bad: 0, reconnects: 0, gaps: 0 };
  const blocks = Math.ceil((context.queueSeconds ?? 5) / reader.seconds);
  const capacity = Math.max(1, Math.min(blocks, Math.floor(QUEUE_BYTES / reader.bytes)));
  const queue = new DropQueue<ArrivedBlock<Value>>(capacity, (_, next) => {
    counters.dropped++;
    next.missing ??= 'the consumer was too slow';
  });
  return {
    counters: () => ({ ...counters }),
    [Symbol.asyncIterator]: () => deliver({ spec, reader, context, counters, queue }),
  };
}

interface Session<Value> extends DeviceSession<Value> {
  readonly queue: DropQueue<ArrivedBlock<Value>>;
}

async function* deliver<Value>(session: Session<Value>): AsyncGenerator<DeviceBlock<Value>, void> {
  const { queue, counters, context } = session;
  const stop = new AbortController();
  const onAbort = () => stop.abort();
  context.signal.addEventListener('abort', onAbort);
  if (context.signal.aborted) stop.abort();
  let failure: unknown;
  const fill = keepConnected(session, stop.signal)
    .catch((error: unknown) => {
      failure = error;
    })
    .finally(() => queue.close());
  try {
    let end: number | undefined;
    for (let block = await queue.next(); block; block = await queue.next()) {
      counters.used++;
      const { value, time, arrived, missing } = block;
      if (missing === undefined || end === undefined) yield { ...value, time, arrived };
      else {
        counters.gaps++;
        yield { ...value, time, arrived, gap: { start: end, end: Math.max(end, time), reason: missing } };
      }
      end = time + block.length;
    }
    if (failure) throw failure;
  } finally {
    stop.abort();
    context.signal.removeEventListener('abort', onAbort);
    await fill;
    counters.dropped += queue.length;
  }
}

/** Connects again whenever the device is lost. One that never came is an error: its address may be wrong. */
async function keepConnected<Value>(session: Session<Value>, signal: AbortSignal): Promise<void> {
  const { spec, context, counters, queue } = session;
  const name = `Device ${deviceName(spec)}`;
  let wait = FIRST_WAIT;
  let came = false;
  while (!signal.aborted) {
    let blocks = 0;
    const end = await readDevice(session, signal, (block) => {
      if (blocks++ === 0 && came) {
        block.missing = 'the device was lost';
        counters.reconnects++;
        context.notice?.(`${name} is back.`);
      }
      queue.push(block);
    });
    if (signal.aborted || (spec.kind === 'test' && end.complete)) return;
    came ||= blocks > 0;
    if (!came)
      throw (
        end.refusal ??
        new ModalkitError('CONFIG', `${name} gives nothing (${end.reason}); check its address and that it is free.`)
      );
    if (blocks > 0) wait = FIRST_WAIT;
    context.notice?.(`${name} was lost (${end.reason}); trying again in ${wait} s.`);
    await sleep(wait * 1000, undefined, { signal }).catch(() => {});
    wait = Math.min(2 * wait, LONGEST_WAIT);
  }
}
