import type { SensorCounters } from './counters.js';
import { DeviceClock } from './device-clock.js';
import type { EventQueue } from './event-queue.js';
import { formatOf } from './format-of.js';
import { FrameSplitter } from './frame-splitter.js';
import { PacketBatch } from './packet-batch.js';
import { type PacketSink, Sequencer } from './sequencer.js';
import type { ParsedSerialOptions } from './serial-options.js';

const CUT = 'disconnected';

/** From the bytes of a device to events: frames, packets, their order, their time. */
export class PacketPipeline implements PacketSink {
  readonly clock: DeviceClock;
  private readonly format;
  private readonly splitter: FrameSplitter;
  private readonly batch: PacketBatch;
  private readonly sequencer: Sequencer;
  private readonly gapSeconds: number;
  /** Packets a second, when the rates tell. */
  private readonly rate: number | undefined;
  private arrived = 0;
  private position = 0;
  private lastReading = Number.NEGATIVE_INFINITY;
  private lastTime = Number.NEGATIVE_INFINITY;
  private deviceOffset = Number.NaN;
  private reason: string | undefined;
  /** Packets decoded so far. */
  decoded = 0;

  constructor(
    private readonly options: ParsedSerialOptions,
    private readonly counters: SensorCounters,
    private readonly queue: EventQueue,
  ) {
    this.format = formatOf(options);
    this.clock = new DeviceClock(options.jump);
    this.batch = new PacketBatch(options.channels.length);
    this.sequencer = new Sequencer(options.reorder, counters, this);
    const rates = options.channels.flatMap(({ rate }) => rate ?? []);
    this.rate = rates.length > 0 ? Math.max(...rates) : undefined;
    this.gapSeconds = options.gap ?? (this.rate ? 3 / this.rate : 1);
    this.splitter = new FrameSplitter(
      this.format.delimiter,
      (bytes, start, end) => {
        if (!this.format.decode(bytes, start, end, this.batch)) this.undecodable();
      },
      () => this.undecodable(),
    );
  }

  /** Bytes kept of an unfinished frame. */
  get buffered(): number {
    return this.splitter.buffered;
  }

  /** When `tick` is due, on the clock of `arrived`. */
  get deadline(): number {
    return this.sequencer.deadline;
  }

  /** @param arrived when the bytes were read, seconds on the shared clock */
  push(bytes: Uint8Array, arrived: number): void {
    this.arrived = arrived;
    this.splitter.push(bytes);
    this.settle();
    this.queue.notify();
  }

  /** Hands on what has waited long enough. */
  tick(now: number): void {
    this.sequencer.expire(now);
    this.queue.notify();
  }

  /** The line was cut: what comes next comes after a gap. */
  disconnected(): void {
    if (this.splitter.reset()) this.undecodable();
    this.sequencer.disconnected();
    this.clock.interrupted();
    this.deviceOffset = Number.NaN;
    this.reason = CUT;
    this.queue.notify();
  }

  /** The last of what waits, and the time since then when the line was cut and never came back. */
  end(now: number): void {
    this.sequencer.flush();
    if (this.reason === CUT && this.lastTime > Number.NEGATIVE_INFINITY) this.queue.gap([this.lastTime, now], CUT);
  }

  packet(sequence: number, steps: number, device: number, arrived: number, values: Float32Array, first: number): void {
    const reading = this.reading(steps, device);
    if (!this.format.numbered && this.isOld(reading)) return;
    this.lastReading = reading;
    const time = this.timeOf(reading, arrived, steps);
    this.noteGap(
      time,
      this.options.clock === 'corrected' && !Number.isNaN(reading) ? this.clock.step : time - this.lastTime,
    );
    this.lastTime = time;
    this.queue.packet(time, sequence, Number.isNaN(reading) ? time : reading, arrived, values, first);
  }

  interrupt(reason: string): void {
    this.reason ??= reason;
  }

  restart(): void {
    this.clock.interrupted();
    this.deviceOffset = Number.NaN;
  }

  private settle(): void {
    if (this.batch.count === 0) return;
    this.decoded += this.batch.count;
    this.sequencer.accept(this.batch, this.arrived);
    this.batch.count = 0;
    this.counters.segments = this.clock.segmentCount;
  }

  private undecodable(): void {
    this.settle();
    if (this.format.numbered) this.sequencer.undecodable();
    else this.counters.bad++;
  }

  /** Seconds on the device's clock, or by its packet numbers where it sends no time; NaN where neither tells. */
  private reading(steps: number, device: number): number {
    if (this.format.timed) return device;
    this.position += Number.isNaN(steps) ? 1 : steps;
    return this.format.numbered && this.rate ? this.position / this.rate : Number.NaN;
  }

  /** Counts a packet without number that is no later than the one before; a step back by more is a jump of the clock. */
  private isOld(reading: number): boolean {
    const back = this.lastReading - reading;
    if (!(back >= 0 && back <= this.options.jump) || this.reason !== undefined) return false;
    if (back === 0) this.counters.duplicate++;
    else this.counters.late++;
    return true;
  }

  private timeOf(reading: number, arrived: number, steps: number): number {
    const { clock } = this.options;
    let time = arrived;
    if (clock === 'device' && !Number.isNaN(reading)) {
      if (Number.isNaN(this.deviceOffset)) this.deviceOffset = arrived - reading;
      time = reading + this.deviceOffset;
    } else if (clock === 'corrected' && !Number.isNaN(reading))
      time = this.clock.shared(reading, arrived, this.format.numbered ? steps : 1);
    return Math.max(time, this.lastTime);
  }

  /** @param step seconds since the packet before, by the device where it tells */
  private noteGap(time: number, step: number): void {
    const from = this.lastTime;
    if (from > Number.NEGATIVE_INFINITY) {
      if (this.reason !== undefined) this.queue.gap([from, time], this.reason);
      else if (step > this.gapSeconds) this.queue.gap([from, time], 'nothing came');
    }
    this.reason = undefined;
  }
}
