import { basename } from 'node:path';
import type { LiveContext, LiveEvent, LiveStream } from '@modalkit/contract';
import { decodeAudio } from '@modalkit/media';
import { waitUntil } from '@modalkit/toolkit';
import { type RecordedGap, readGaps } from './gaps-file.js';
import type { LiveSound } from './live-sound.js';
import type { SoundSourceOptions } from './sound-source-options.js';

/**
 * Plays a recording of `recordWav` as if it came now: second 0 of the file is the second at which iteration begins, so
 * recordings that are begun together stay together. Times keep their distances whatever the speed, so that windows are those of
 * the recording; only when events come is `speed` times as fast.
 */
export function replayWav(
  file: string,
  speed: number,
  context: LiveContext,
  options: SoundSourceOptions,
): LiveStream<LiveSound> {
  const counters = { used: 0, gaps: 0 };
  return {
    counters: () => ({ ...counters }),
    async *[Symbol.asyncIterator](): AsyncGenerator<LiveEvent<LiveSound>, void> {
      const start = context.now();
      for await (const { time, ...event } of recordedEvents(file, options)) {
        if (!(await waitUntil(start + time[1] / speed, context))) return;
        counters[event.kind === 'gap' ? 'gaps' : 'used']++;
        const shifted = [start + time[0], start + time[1]] as const;
        if (event.kind === 'gap') yield { ...event, time: shifted };
        else yield { ...event, time: shifted, arrived: context.now() };
      }
    },
  };
}

type RecordedEvent =
  | { readonly kind: 'data'; readonly value: LiveSound; readonly time: readonly [number, number] }
  | ({ readonly kind: 'gap' } & RecordedGap);

/** Blocks of a recording, and its gaps in place of the silence that stands for them. */
async function* recordedEvents(file: string, { rate, block }: SoundSourceOptions): AsyncGenerator<RecordedEvent, void> {
  const gaps = [...(await readGaps(file))];
  const most = Math.max(1, Math.round(block * rate));
  /** Samples of the file before a second. */
  const before = (second: number) => Math.round(second * rate);
  let first = 0;
  let silentTo = 0;
  for await (const { samples } of decodeAudio({ file, name: basename(file), sampleRate: rate })) {
    let at = 0;
    while (at < samples.length) {
      const here = first + at;
      const [gap] = gaps;
      if (here < silentTo) at = Math.min(samples.length, silentTo - first);
      else if (gap && before(gap.time[0]) <= here) {
        yield { kind: 'gap', ...gap };
        silentTo = before(gap.time[1]);
        gaps.shift();
      } else {
        const end = Math.min(samples.length, at + most, gap ? before(gap.time[0]) - first : Number.POSITIVE_INFINITY);
        const value = { samples: samples.slice(at, end), rate };
        yield { kind: 'data', value, time: [here / rate, (first + end) / rate] };
        at = end;
      }
    }
    first += samples.length;
  }
  for (const gap of gaps) yield { kind: 'gap', ...gap };
}
