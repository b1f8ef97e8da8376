import type { LiveContext, LiveEvent, LiveStream } from '@modalkit/contract';
import { type DeviceSpec, openFrameDevice } from '@modalkit/media';
import type { FrameSourceOptions } from './frame-source-options.js';
import type { LiveFrame } from './live-frame.js';

/** Frames of a device as live events: a gap comes before the frame that ends it. */
export function openFrames(spec: DeviceSpec, options: FrameSourceOptions, context: LiveContext): LiveStream<LiveFrame> {
  const { fit, channels, fps } = options;
  const [height, width] = options.size;
  const { signal } = context;
  const session = { now: () => context.now(), notice: (message: string) => context.notice(message), signal };
  const stream = openFrameDevice(spec, { ...session, width, height, fit, channels, fps });
  return {
    counters: () => ({ ...stream.counters() }),
    async *[Symbol.asyncIterator](): AsyncGenerator<LiveEvent<LiveFrame>, void> {
      for await (const { pixels, time, arrived, gap } of stream) {
        if (gap) yield { kind: 'gap', time: [gap.start, gap.end], reason: gap.reason };
        yield { kind: 'data', value: { pixels, width, height, channels }, time: [time, time + 1 / fps], arrived };
      }
    },
  };
}
