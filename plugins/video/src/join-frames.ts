import type { TimedFrame } from './frame-reservoir.js';
import type { PreparedVideo } from './prepared-video.js';

/**
 * Chosen frames as one clip.
 * @param seconds how long a frame is seen; never beyond the next one's time
 * @param origin the second from which windows are counted; the first frame's when left out
 */
export function joinFrames(frames: readonly TimedFrame[], seconds: number, origin = frames[0]!.time): PreparedVideo {
  const size = frames[0]!.pixels.length;
  const pixels = new Uint8Array(frames.length * size);
  const times = new Float64Array(frames.length * 2);
  frames.forEach((frame, index) => {
    pixels.set(frame.pixels, index * size);
    const next = frames[index + 1]?.time ?? Number.POSITIVE_INFINITY;
    times.set([frame.time, Math.min(frame.time + seconds, next)], index * 2);
  });
  return { pixels, times, origin };
}
