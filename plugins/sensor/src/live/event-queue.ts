import { type LiveEvent, ModalkitError, type TimeSpan } from '@modalkit/contract';
import type { SensorCounters } from './counters.js';
import { ChunkBuilder, type SensorChunk } from './sensor-chunk.js';

export type Overflow = 'drop-oldest' | 'drop-newest' | 'fail';
type Gap = { readonly gap: TimeSpan; readonly reason: string };

/** Packets of one event at most: a consumer that falls behind gets larger events, not more of them. */
const EVENT_PACKETS = 1024;
const DROPPED = 'left out: the consumer is too slow';

/** Events between the device and whoever takes them, at most `limit` packets of them. */
export class EventQueue {
  private items: (ChunkBuilder | Gap)[] = [];
  private packets = 0;
  /** Time of what was dropped before the first item, and from when on it was dropped after the last. */
  private droppedFirst: TimeSpan | undefined;
  private droppedSince: number | undefined;
  private failure: unknown;
  private ended = false;
  private wake: (() => void) | undefined;

  constructor(
    private readonly names: readonly string[],
    private readonly limit: number,
    private readonly overflow: Overflow,
    private readonly counters: SensorCounters,
    private readonly who: string,
  ) {}

  packet(time: number, sequence: number, device: number, arrived: number, values: Float32Array, first: number): void {
    if (this.ended) return;
    if (this.packets >= this.limit && !this.makeRoom(time)) return;
    if (this.droppedSince !== undefined) this.gap([this.droppedSince, time], DROPPED);
    this.tail().add(time, sequence, device, arrived, values, first);
    this.packets++;
    this.counters.used++;
  }

  gap(span: TimeSpan, reason: string): void {
    this.droppedSince = undefined;
    this.counters.gaps++;
    this.items.push({ gap: span, reason });
  }

  /** Lets a waiting consumer go on: called once for all packets of a read. */
  notify(): void {
    if (this.items.length === 0 && !this.ended) return;
    this.wake?.();
    this.wake = undefined;
  }

  /** Nothing comes any more. What is waiting is still taken, unless the end is a failure. */
  end(failure?: unknown): void {
    if (this.ended) return;
    this.ended = true;
    this.failure = failure;
    if (failure !== undefined) this.discard();
    this.notify();
  }

  async *events(): AsyncGenerator<LiveEvent<SensorChunk>> {
    while (true) {
      const event = this.take();
      if (event) yield event;
      else if (this.failure !== undefined) throw this.failure;
      else if (this.ended) return;
      else await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  /** What is waiting now. */
  takeAll(): LiveEvent<SensorChunk>[] {
    const events: LiveEvent<SensorChunk>[] = [];
    for (let event = this.take(); event; event = this.take()) events.push(event);
    if (this.failure !== undefined) throw this.failure;
    return events;
  }

  private take(): LiveEvent<SensorChunk> | undefined {
    if (this.droppedFirst) {
      const span = this.droppedFirst;
      this.droppedFirst = undefined;
      return { kind: 'gap', time: span, reason: DROPPED };
    }
    const item = this.items.shift();
    if (!item) return undefined;
    if ('gap' in item) return { kind: 'gap', time: item.gap, reason: item.reason };
    this.packets -= item.count;
    return item.event();
  }

  private tail(): ChunkBuilder {
    const last = this.items.at(-1);
    if (last && !('gap' in last) && last.count < Math.min(EVENT_PACKETS, Math.ceil(this.limit / 4))) return last;
    const fresh = new ChunkBuilder(this.names);
    this.items.push(fresh);
    return fresh;
  }

  /** False when the packet at `time` is not to be added. */
  private makeRoom(time: number): boolean {
    if (this.overflow === 'drop-oldest') {
      while (this.packets >= this.limit) this.dropFirst();
      return true;
    }
    this.counters.dropped++;
    if (this.overflow === 'drop-newest') {
      const last = this.items.at(-1);
      this.droppedSince ??= last && !('gap' in last) ? last.end : time;
      return false;
    }
    this.end(
      new ModalkitError(
        'DATA',
        `${this.who}: the consumer is too slow, ${this.limit} packets wait; make it faster, or set overflow to "drop-oldest" or "drop-newest".`,
      ),
    );
    return false;
  }

  private dropFirst(): void {
    const item = this.items.shift()!;
    const span = 'gap' in item ? item.gap : ([item.start, item.end] as const);
    if (!this.droppedFirst) this.counters.gaps++;
    this.droppedFirst = [this.droppedFirst?.[0] ?? span[0], span[1]];
    if ('gap' in item) {
      this.counters.gaps--;
      return;
    }
    this.packets -= item.count;
    this.counters.used -= item.count;
    this.counters.dropped += item.count;
  }

  private discard(): void {
    for (const item of this.items) {
      if ('gap' in item) continue;
      this.counters.used -= item.count;
      this.counters.dropped += item.count;
    }
    this.items = [];
    this.packets = 0;
  }
}
