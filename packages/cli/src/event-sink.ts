import { once } from 'node:events';
import type { LiveEvent, LiveSource } from '@modalkit/contract';
import type { Output } from './output.js';

/** Where the events of a replay go. */
export interface EventSink {
  /** The streams that it takes. */
  readonly streams: readonly string[];
  /** @returns false when nobody is there any more to take it */
  take(stream: string, event: LiveEvent): Promise<boolean>;
  close(): Promise<void>;
}

/** Prints each event: a short line for people, all of it as JSON for programs. */
export function printingSink(sources: Readonly<Record<string, LiveSource>>, { json }: Output): EventSink {
  return {
    streams: Object.keys(sources),
    take: async (stream, event) => {
      const line = json ? JSON.stringify({ stream, ...event }, plainArrays) : eventLine(stream, event);
      if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain');
      return true;
    },
    close: async () => undefined,
  };
}

/** `  12.345 s  pen  {"x":[0.1, …]}`. */
function eventLine(stream: string, event: LiveEvent): string {
  const start = `${event.time[0].toFixed(3).padStart(8)} s  ${stream}  `;
  if (event.kind === 'gap') return `${start}gap of ${(event.time[1] - event.time[0]).toFixed(3)} s: ${event.reason}`;
  return `${start}${JSON.stringify(event.value, shortArrays)}`.slice(0, 160);
}

function plainArrays(_: string, value: unknown): unknown {
  return ArrayBuffer.isView(value) ? Array.from(value as unknown as ArrayLike<number>) : value;
}

/** The first numbers of a long array, rounded. */
function shortArrays(_: string, value: unknown): unknown {
  const array = plainArrays(_, value);
  if (typeof array === 'number') return Number(array.toPrecision(6));
  if (!Array.isArray(array) || array.length <= 3) return array;
  return [...array.slice(0, 3), `… ${array.length}`];
}
