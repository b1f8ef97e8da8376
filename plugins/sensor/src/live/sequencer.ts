import type { SensorCounters } from './counters.js';
import { MissingPackets } from './missing-packets.js';
import type { PacketBatch } from './packet-batch.js';

/** Takes packets in the order of their numbers. */
export interface PacketSink {
  /** @param steps how many numbers after the packet before; NaN for the first of a run */
  packet(sequence: number, steps: number, device: number, arrived: number, values: Float32Array, first: number): void;
  /** What comes next does not follow on what came before. */
  interrupt(reason: string): void;
  /** The device began to count anew. */
  restart(): void;
}

interface HeldPacket {
  readonly device: number;
  readonly arrived: number;
  readonly values: Float32Array;
}

/** More numbers than this ahead are a device that counts anew. */
const FARTHEST = 2 ** 20;
/** So many old packets in a row, each the next of the one before, are a device that counts anew. */
const OLD_RUN = 16;
const MOST_HELD = 4096;

/**
 * Brings packets into the order of their numbers and counts what became of each. A packet ahead of its turn waits at most
 * `patience` seconds for those before it, less when undecodable frames already explain what is missing.
 */
export class Sequencer {
  private next = Number.NaN;
  private readonly held = new Map<number, HeldPacket>();
  private heldSince = 0;
  private readonly missing = new MissingPackets();
  /** Undecodable frames since the last packet in its turn. */
  private suspects = 0;
  private lastOld = Number.NaN;
  private oldRun = 0;
  private reconnected = false;

  constructor(
    private readonly patience: number,
    private readonly counters: SensorCounters,
    private readonly sink: PacketSink,
  ) {}

  accept(batch: PacketBatch, arrived: number): void {
    const { channels, sequence, device, values } = batch;
    for (let row = 0; row < batch.count; row++) {
      const number = sequence[row]!;
      if (number === this.next && this.held.size === 0) {
        this.inTurn(number, 1, device[row]!, arrived, values, row * channels);
      } else this.outOfTurn(number, device[row]!, arrived, values, row * channels, channels);
    }
    this.expire(arrived);
  }

  /** A frame that could not be decoded. */
  undecodable(): void {
    this.suspects++;
  }

  /** When what waits may wait no longer; Infinity when nothing does. */
  get deadline(): number {
    return this.held.size > 0 ? this.heldSince + this.patience : Number.POSITIVE_INFINITY;
  }

  /** Gives up on what has been missing for too long. */
  expire(now: number): void {
    while (this.held.size > 0 && (now >= this.deadline || this.explained() || this.held.size > MOST_HELD))
      this.giveUp();
  }

  /** The line was cut: what waits is handed on. */
  disconnected(): void {
    this.flush();
    this.reconnected = true;
  }

  /** Hands on what waits and settles what could not be decoded. */
  flush(): void {
    while (this.held.size > 0) this.giveUp();
    this.counters.noise += this.suspects;
    this.suspects = 0;
  }

  private inTurn(number: number, steps: number, device: number, arrived: number, values: Float32Array, first: number) {
    this.counters.noise += this.suspects;
    this.suspects = 0;
    this.oldRun = 0;
    this.reconnected = false;
    this.next = (number + 1) % 2 ** 32;
    this.sink.packet(number, steps, device, arrived, values, first);
  }

  private outOfTurn(
    number: number,
    device: number,
    arrived: number,
    values: Float32Array,
    first: number,
    channels: number,
  ): void {
    const ahead = Number.isNaN(this.next) ? Number.NaN : (number - this.next) | 0;
    if (Number.isNaN(ahead)) this.inTurn(number, Number.NaN, device, arrived, values, first);
    else if (ahead > FARTHEST || (ahead < 0 && this.reconnected)) this.restart(number, device, arrived, values, first);
    else if (ahead < 0) {
      if (this.isNewRun(number)) this.restart((number + 1) % 2 ** 32, Number.NaN, arrived, values, first);
    } else this.hold(number, { device, arrived, values: values.slice(first, first + channels) });
  }

  /** Counts an old packet; true when there have been so many in a row that the device must count anew. */
  private isNewRun(number: number): boolean {
    const { counters, missing } = this;
    const was = missing.found(number);
    if (was === undefined) counters.duplicate++;
    else {
      counters.late++;
      counters[was]--;
      if (was === 'bad') counters.noise++;
    }
    this.oldRun = number === this.lastOld + 1 ? this.oldRun + 1 : 1;
    this.lastOld = number;
    return this.oldRun >= OLD_RUN;
  }

  private restart(next: number, device: number, arrived: number, values: Float32Array, first: number): void {
    this.flush();
    this.counters.restarts++;
    this.missing.clear();
    this.oldRun = 0;
    this.next = next;
    this.sink.restart();
    this.sink.interrupt('the device began to count anew');
    if (!Number.isNaN(device)) this.inTurn(next, Number.NaN, device, arrived, values, first);
  }

  private hold(number: number, packet: HeldPacket): void {
    if (this.held.has(number)) {
      this.counters.duplicate++;
      return;
    }
    if (this.held.size === 0) this.heldSince = packet.arrived;
    this.held.set(number, packet);
    this.release(1);
  }

  /** Undecodable frames are as many as the packets missing before the first that waits. */
  private explained(): boolean {
    return this.suspects > 0 && this.suspects >= this.missingBefore();
  }

  private missingBefore(): number {
    let least = Number.POSITIVE_INFINITY;
    for (const number of this.held.keys()) least = Math.min(least, (number - this.next) >>> 0);
    return least;
  }

  /** Counts what is missing before the first packet that waits and hands on from there. */
  private giveUp(): void {
    const count = this.missingBefore();
    const bad = Math.min(count, this.suspects);
    this.counters.bad += bad;
    this.counters.lost += count - bad;
    this.suspects -= bad;
    this.missing.add(this.next, count, bad);
    this.next = (this.next + count) % 2 ** 32;
    this.sink.interrupt(`${count} ${count === 1 ? 'packet' : 'packets'} missing`);
    this.release(count + 1);
    for (const { arrived } of this.held.values()) {
      this.heldSince = arrived;
      break;
    }
  }

  /** Hands on the packets whose turn it is. */
  private release(steps: number): void {
    let step = steps;
    for (let packet = this.held.get(this.next); packet; packet = this.held.get(this.next)) {
      this.held.delete(this.next);
      this.inTurn(this.next, step, packet.device, packet.arrived, packet.values, 0);
      step = 1;
    }
  }
}
