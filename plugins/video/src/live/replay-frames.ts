import type { LiveContext, LiveEvent, LiveStream } from '@modalkit/contract';
import { waitUntil } from '@modalkit/toolkit';
import { decodeRecorded } from './decode-recorded.js';
import type { LiveFrame } from './live-frame.js';
import { readRecording } from './read-recording.js';

/**
 * Plays a recording of `recordFrames` as if it came now: second 0 of the file is the second at which iteration begins, so
 * recordings that are begun together stay together. Times keep their distances whatever the speed, so that windows are those
 * of the recording; only when events come is `speed` times as fast.
 * @param fps a frame lasts 1/fps seconds
 */
export function replayFrames(file: string, speed: number, context: LiveContext, fps: number): LiveStream<LiveFrame> {
  const counters = { used: 0, gaps: 0 };
  return {
    counters: () => ({ ...counters }),
    async *[Symbol.asyncIterator](): AsyncGenerator<LiveEvent<LiveFrame>, void> {
      const start = context.now();
      for await (const event of readRecording(file)) {
        const [from, to] = event.kind === 'gap' ? event.time : [event.time, event.time + 1 / fps];
        if (!(await waitUntil(start + (event.kind === 'gap' ? to : from) / speed, context))) return;
        const time = [start + from, start + to] as const;
        counters[event.kind === 'gap' ? 'gaps' : 'used']++;
        if (event.kind === 'gap') yield { kind: 'gap', time, reason: event.reason };
        else yield { kind: 'data', value: await decodeRecorded(event.png, file), time, arrived: context.now() };
      }
    },
  };
}
