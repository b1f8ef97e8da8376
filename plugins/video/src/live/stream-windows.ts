import {
  type AdapterStream,
  type HostContext,
  type LiveEvent,
  type LiveWindow,
  ModalkitError,
} from '@modalkit/contract';
import type { TimedFrame } from '../frame-reservoir.js';
import { gridOf } from '../grid.js';
import { joinFrames } from '../join-frames.js';
import type { PreparedVideo } from '../prepared-video.js';
import { windowOf } from '../token-steps.js';
import type { ParsedVideoOptions } from '../video-options.js';
import { FrameGate } from './frame-gate.js';
import { liveFrameOf } from './live-frame.js';

/**
 * Cuts live frames into windows, counted from the first frame as offline. A window is ready when a frame or gap after its
 * end comes; one without a frame is left out.
 * @throws ModalkitError COMPOSE for options whose tokens depend on the whole clip
 */
export function streamWindows(options: ParsedVideoOptions, context: HostContext): AdapterStream<PreparedVideo> {
  const length = options.window;
  if (length === undefined)
    throw new ModalkitError(
      'COMPOSE',
      `Input "${context.input}": @modalkit/video has no windows for live input; set policy "fps", fps and window (seconds).`,
    );
  const gate = new FrameGate(options.fps!);
  let origin: number | undefined;
  let number = 0;
  let frames: TimedFrame[] = [];
  let arrived = 0;
  const close = (at: number): LiveWindow<PreparedVideo>[] => {
    if (frames.length === 0) return [];
    const start = origin! + number * length;
    const prepared = joinFrames(frames, 1 / options.fps!, start);
    frames = [];
    return [{ prepared, time: [start, start + length], arrived: at }];
  };
  const reach = (time: number, at: number): LiveWindow<PreparedVideo>[] => {
    if (origin === undefined) return [];
    const { window } = windowOf(time - origin, length);
    const done = window > number ? close(at) : [];
    number = Math.max(number, window);
    return done;
  };
  // A frame that comes early may be one more than there should be.
  const most = Math.min(options.maxFrames, Math.ceil(length * options.fps!) + 1);
  return {
    length: Math.ceil(most / options.tubelet) * gridOf(options).places,
    push: (event: LiveEvent) => {
      if (event.kind === 'gap') return reach(event.time[1], arrived);
      const pixels = liveFrameOf(event, context.input, options);
      const time = event.time[0];
      origin ??= time;
      const done = reach(time, event.arrived);
      if (gate.passes(time)) frames.push({ pixels, time });
      arrived = event.arrived;
      return done;
    },
    flush: () => close(arrived),
  };
}
