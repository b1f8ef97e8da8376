import { setTimeout as sleep } from 'node:timers/promises';
import type { AlarmBegin, AlarmEnd } from '@modalkit/core';
import type { Place, Told } from './place.js';

/** Between two attempts: each wait is twice the one before. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 60_000;
/** For what is still to be delivered when the watch ends. */
const GRACE_MS = 5000;

export interface DeliveryOptions {
  readonly places: readonly Place[];
  /** Of the alarms. */
  readonly folder: string;
  delivered(entry: AlarmBegin | AlarmEnd, to: string, attempts: number): void;
  /** Told of the first attempt that failed. */
  failed(entry: AlarmBegin | AlarmEnd, to: string, reason: string): void;
}

/** Takes alarms to where they go: each place in the order of the alarms, one at a time, again until it has arrived. */
export class Deliveries {
  private readonly stop = new AbortController();
  private readonly queues = new Map<string, { readonly entries: (AlarmBegin | AlarmEnd)[]; work?: Promise<void> }>();

  constructor(private readonly options: DeliveryOptions) {
    for (const { name } of options.places) this.queues.set(name, { entries: [] });
  }

  /** Nothing when there is no such place any more. */
  add(entry: AlarmBegin | AlarmEnd, to: string): void {
    const queue = this.queues.get(to);
    if (!queue) return;
    queue.entries.push(entry);
    const place = this.options.places.find(({ name }) => name === to)!;
    queue.work ??= this.work(place, queue.entries).finally(() => {
      queue.work = undefined;
    });
  }

  /** Waits a while for what is under way. @returns how many have not arrived */
  async close(graceMs = GRACE_MS): Promise<number> {
    const works = [...this.queues.values()].flatMap(({ work }) => work ?? []);
    await Promise.race([Promise.all(works), sleep(graceMs, undefined, { ref: false })]);
    this.stop.abort();
    await Promise.all(works);
    return [...this.queues.values()].reduce((sum, { entries }) => sum + entries.length, 0);
  }

  private async work(place: Place, entries: (AlarmBegin | AlarmEnd)[]): Promise<void> {
    const { signal } = this.stop;
    for (let entry = entries[0]; entry && !signal.aborted; entry = entries[0]) {
      const attempts = await this.deliver(place, entry);
      if (attempts === undefined) return;
      entries.shift();
      this.options.delivered(entry, place.name, attempts);
    }
  }

  /** How many attempts it took; undefined when the watch ended first. */
  private async deliver(place: Place, entry: AlarmBegin | AlarmEnd): Promise<number | undefined> {
    const { signal } = this.stop;
    const { to: _, ...about } = entry;
    const told = { ...about, folder: this.options.folder } as unknown as Told;
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        await place.deliver(told, signal);
        return attempt;
      } catch (error) {
        if (signal.aborted) return undefined;
        if (attempt === 1) this.options.failed(entry, place.name, (error as Error).message);
        const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
        await sleep(wait, undefined, { signal }).catch(() => undefined);
      }
    }
    return undefined;
  }
}
