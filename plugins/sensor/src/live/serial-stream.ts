import { type LiveContext, type LiveStream, ModalkitError } from '@modalkit/contract';
import { newCounters, type SensorCounters } from './counters.js';
import { EventQueue } from './event-queue.js';
import { PacketPipeline } from './packet-pipeline.js';
import type { SensorChunk } from './sensor-chunk.js';
import type { ParsedSerialOptions } from './serial-options.js';
import { explainPort, type OpenPort, openPort } from './serial-port.js';

/** Seconds between two tries to open a port again: doubled from the first to the second. */
const BACK_OFF = [0.05, 1] as const;
/** After so many seconds and bytes without one packet something is set wrongly. */
const GARBAGE_SECONDS = 3;
const GARBAGE_BYTES = 64;

/** The events of a serial device. It is opened again, with back-off, whenever it was unplugged. */
export function openSerial(options: ParsedSerialOptions, context: LiveContext): LiveStream<SensorChunk> {
  const counters = newCounters();
  const names = options.channels.map(({ name }) => name);
  const queue = new EventQueue(names, options.buffer, options.overflow, counters, `Serial port ${options.port}`);
  const pipeline = new PacketPipeline(options, counters, queue);
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  let running: Promise<void> | undefined;
  return {
    counters: () => ({ ...counters }),
    async *[Symbol.asyncIterator]() {
      running ??= new SerialLoop(options, context, signal, pipeline, queue, counters).run();
      try {
        yield* queue.events();
      } finally {
        stop.abort();
        await running;
      }
    },
  };
}

class SerialLoop {
  private bytes = 0;
  private firstByte = Number.NaN;
  private excerpt = '';
  private readonly aborted: Promise<'closed'>;

  constructor(
    private readonly options: ParsedSerialOptions,
    private readonly context: LiveContext,
    private readonly signal: AbortSignal,
    private readonly pipeline: PacketPipeline,
    private readonly queue: EventQueue,
    private readonly counters: SensorCounters,
  ) {
    this.aborted = new Promise((resolve) => {
      if (signal.aborted) resolve('closed');
      else signal.addEventListener('abort', () => resolve('closed'), { once: true });
    });
  }

  async run(): Promise<void> {
    const { signal, pipeline, queue, context } = this;
    try {
      for (let opened = false; !signal.aborted; opened = true) await this.session(opened);
      pipeline.end(context.now());
      queue.end();
    } catch (error) {
      queue.end(error);
    }
  }

  /** From opening the port until it is closed. */
  private async session(again: boolean): Promise<void> {
    const { pipeline, context, options } = this;
    const port = await this.open(again);
    if (!port) return;
    if (again) this.counters.reconnects++;
    context.notice(`${options.port}: ${again ? 'connected again' : 'connected'}.`);
    const watch = new AbortController();
    const failed = this.watch(watch.signal);
    try {
      if ((await Promise.race([port.closed, this.aborted, failed])) !== 'unplugged') return;
    } finally {
      watch.abort();
      await port.close();
    }
    pipeline.disconnected();
    context.notice(`${options.port}: disconnected; waiting for it to come back.`);
  }

  /** Undefined when it is no longer wanted. */
  private async open(again: boolean): Promise<OpenPort | undefined> {
    const { options, signal } = this;
    for (let wait: number = BACK_OFF[0]; !signal.aborted; wait = Math.min(2 * wait, BACK_OFF[1])) {
      try {
        return await openPort(options.port, options.baudRate, (bytes) => this.read(bytes));
      } catch (error) {
        if (!again) throw await explainPort(options.port, error);
        await sleep(wait, signal);
      }
    }
    return undefined;
  }

  private read(bytes: Uint8Array): void {
    const now = this.context.now();
    this.pipeline.push(bytes, now);
    if (this.pipeline.decoded > 0) return;
    if (this.bytes === 0) this.firstByte = now;
    if (this.excerpt.length < 32) this.excerpt += Buffer.from(bytes.subarray(0, 32)).toString('latin1');
    this.bytes += bytes.length;
  }

  /** Lets waiting packets go in time; rejects when nothing that comes can be understood. */
  private async watch(signal: AbortSignal): Promise<never> {
    const { pipeline, context } = this;
    while (!signal.aborted) {
      await sleep(Math.min(0.05, Math.max(0.005, pipeline.deadline - context.now())), signal);
      if (signal.aborted) break;
      if (pipeline.deadline <= context.now()) pipeline.tick(context.now());
      if (pipeline.decoded === 0) this.checkGarbage();
    }
    return new Promise(() => undefined);
  }

  private checkGarbage(): void {
    const { baudRate, format, port } = this.options;
    const seconds = this.context.now() - this.firstByte;
    if (this.bytes < GARBAGE_BYTES || !(seconds >= GARBAGE_SECONDS)) return;
    throw new ModalkitError(
      'DATA',
      `Serial port ${port}: ${this.bytes} bytes in ${seconds.toFixed(1)} s and not one ${format} packet among them (they begin with ${JSON.stringify(this.excerpt.slice(0, 32))}); check baudRate, ${baudRate}, format and channels.`,
      { port, bytes: this.bytes },
    );
  }
}

function sleep(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, 1000 * seconds);
    signal.addEventListener('abort', done);
  });
}
