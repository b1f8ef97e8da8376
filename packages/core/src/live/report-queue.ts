import type { InputWindow, LiveReport } from './live-report.js';

/** What waits for the model, or to be told. */
export type Queued = { readonly kind: 'window'; readonly window: InputWindow } | LiveReport;

export interface ReportQueue {
  /** Adds an item; resolves when there is room for more. */
  put(item: Queued): Promise<void>;
  /** Lets the items that wait be taken, and then ends; with an error it ends at once. */
  end(error?: unknown): void;
  /** Waits for the next item; undefined at the end. */
  take(): Promise<Queued | undefined>;
}

/**
 * First in, first out, with room for `room` windows of each input. When there are more, the oldest of that input is
 * dropped; with `lossless`, `put` waits instead.
 */
export function reportQueue(room: number, lossless: boolean, dropped: (input: string) => void): ReportQueue {
  const items: Queued[] = [];
  let ended: { error?: unknown } | undefined;
  let wake = () => {};
  let taken = () => {};
  const windowsOf = (input: string) =>
    [...items.keys()].filter((at) => {
      const item = items[at]!;
      return item.kind === 'window' && item.window.input === input;
    });
  return {
    put: async (item) => {
      items.push(item);
      wake();
      if (item.kind !== 'window') return;
      const { input } = item.window;
      for (let waiting = windowsOf(input); waiting.length > room; waiting = windowsOf(input)) {
        if (lossless && !ended) {
          await new Promise<void>((resolve) => {
            taken = resolve;
          });
        } else {
          items.splice(waiting[0]!, 1);
          dropped(input);
        }
      }
    },
    end: (error) => {
      ended ??= { error };
      wake();
      taken();
    },
    take: async () => {
      while (items.length === 0 && !ended) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (ended?.error) throw ended.error;
      const item = items.shift();
      taken();
      return item;
    },
  };
}
