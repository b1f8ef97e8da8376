import type { InputWindow, LiveReport } from './live-report.js';

/** What is put: what waits for the model, or to be told. */
export type Queued = { readonly kind: 'window'; readonly window: InputWindow } | LiveReport;

/** What is taken: windows of one moment, each of another input, or what is to be told. */
export type Taken = { readonly kind: 'moment'; readonly windows: readonly InputWindow[] } | LiveReport;

export interface ReportQueue {
  /** Adds an item; resolves when there is room for more. */
  put(item: Queued): Promise<void>;
  /** Lets the items that wait be taken, and then ends; with an error it ends at once. */
  end(error?: unknown): void;
  /** Waits for the next item; undefined at the end. */
  take(): Promise<Taken | undefined>;
}

export interface QueueOptions {
  /** Windows of each input that may wait. */
  readonly room: number;
  /** `put` waits for room, and what is taken together follows from the windows alone, not from when they come. */
  readonly lossless: boolean;
  /** Seconds by which the ends of windows of one moment may differ. */
  readonly apart: number;
  dropped(input: string): void;
}

/**
 * First in, first out. Windows that follow each other, of different inputs, and end at one moment are taken together, as far as they
 * are there; with `lossless` all of them. When an input has more windows than there is room for, the oldest is dropped; with
 * `lossless`, `put` waits instead.
 */
export function reportQueue({ room, lossless, apart, dropped }: QueueOptions): ReportQueue {
  const items: Queued[] = [];
  let ended: { error?: unknown } | undefined;
  let wake = () => {};
  let taken = () => {};
  const windowsOf = (input: string) =>
    [...items.keys()].filter((at) => {
      const item = items[at]!;
      return item.kind === 'window' && item.window.input === input;
    });
  const come = async () => {
    while (items.length === 0 && !ended) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    if (ended?.error) throw ended.error;
  };
  const shift = () => {
    const item = items.shift();
    taken();
    return item;
  };
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
      await come();
      const first = shift();
      if (first?.kind !== 'window') return first;
      const windows = [first.window];
      for (;;) {
        if (lossless) await come();
        const next = items[0];
        if (next?.kind !== 'window' || !joins(next.window, windows, apart)) return { kind: 'moment', windows };
        windows.push(next.window);
        shift();
      }
    },
  };
}

function joins({ input, time }: InputWindow, windows: readonly InputWindow[], apart: number): boolean {
  const near = Math.abs(time[1] - windows[0]!.time[1]) <= apart + 1e-9;
  return near && windows.every((each) => each.input !== input);
}
