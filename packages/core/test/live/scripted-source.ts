import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CONTRACT,
  definePlugin,
  LIVE_SOURCE,
  type LiveEvent,
  type LiveSource,
  type LiveStream,
} from '@modalkit/contract';

/** What a source of the tests does, in order: an event, a pause of so many milliseconds, or an error. */
export type Act = LiveEvent | number | Error;

/** A value at a second; it arrived at its end. */
export function datum(value: unknown, start: number, end = start): LiveEvent {
  return { kind: 'data', value, time: [start, end], arrived: end };
}

export function gap(start: number, end: number, reason = 'unplugged'): LiveEvent {
  return { kind: 'gap', time: [start, end], reason };
}

/** A live source that plays a script and stays open at its end when it is told to; its file is JSON lines. */
export function scriptedSource(script: readonly Act[], { stays = false } = {}): LiveSource {
  return {
    id: 'test-scripted',
    options: { acts: script.length },
    address: 'script',
    extension: 'jsonl',
    open: ({ signal }) => play(script, stays, signal),
    record: async (file) => {
      await writeFile(file, '');
      return {
        write: (event) => appendFile(file, `${JSON.stringify(event)}\n`),
        close: async () => undefined,
      };
    },
    replay: (file, speed, { signal }) => ({
      counters: () => ({}),
      async *[Symbol.asyncIterator]() {
        const lines = (await readFile(file, 'utf8')).trim().split('\n');
        let before = 0;
        for (const event of lines.map((line) => JSON.parse(line) as LiveEvent)) {
          if (signal.aborted) return;
          if (Number.isFinite(speed)) await sleep(((event.time[1] - before) * 1000) / speed);
          before = event.time[1];
          yield event;
        }
      },
    }),
  };
}

function play(script: readonly Act[], stays: boolean, signal: AbortSignal): LiveStream {
  let used = 0;
  return {
    counters: () => ({ used, lost: 0 }),
    async *[Symbol.asyncIterator]() {
      for (const act of script) {
        if (signal.aborted) return;
        if (act instanceof Error) throw act;
        if (typeof act === 'number') await sleep(act, undefined, { signal }).catch(() => undefined);
        else {
          used++;
          yield act;
        }
      }
      if (stays && !signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    },
  };
}

export const scripted = definePlugin((script: readonly Act[]) => ({
  id: 'test-scripted',
  contract: CONTRACT,
  setup: (scope) => scope.provide(LIVE_SOURCE, () => scriptedSource(script)),
}));
