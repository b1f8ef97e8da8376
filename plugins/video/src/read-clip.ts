import { decodeFrames, type FrameRequest } from '@modalkit/media';
import type { ClipSource } from './clip-source.js';
import { FrameReservoir } from './frame-reservoir.js';
import { joinFrames } from './join-frames.js';
import { FrameGate } from './live/frame-gate.js';
import type { PreparedVideo } from './prepared-video.js';
import { type PictureInfo, probePicture, refusal } from './probe-picture.js';
import type { ParsedVideoOptions } from './video-options.js';

/** How frames are chosen and how large they are made. */
export type ClipView = Pick<FrameRequest, 'width' | 'height' | 'fit' | 'channels' | 'select'> & {
  readonly maxFrames: number;
  readonly maxPixels: number;
  /** Lets frames through after decoding. */
  readonly gate?: FrameGate;
};

/**
 * The frames of a clip by the policy of the options, at most `maxFrames` of them.
 * @throws ModalkitError SAMPLE when there are none, or more than `maxFrames` where windows must be whole
 */
export async function readClip(source: ClipSource, options: ParsedVideoOptions): Promise<PreparedVideo> {
  const { size, fit, channels, maxFrames, maxPixels, fps, window } = options;
  const picture = await probePicture(source, maxPixels);
  const view = { height: size[0], width: size[1], fit, channels, maxFrames, maxPixels, ...chosenBy(options) };
  const reservoir = await readFrames(source, picture, view);
  if (window !== undefined && reservoir.seen > maxFrames)
    throw refusal(
      source.name,
      `has ${reservoir.seen} frames at ${fps} a second, more than maxFrames, ${maxFrames}, and windows are never thinned; give a part by start and end, or raise maxFrames`,
    );
  const rate = fps ?? picture.video.frameRate;
  return joinFrames(reservoir.take(maxFrames), rate === undefined ? 0 : 1 / rate);
}

/** With windows the frames are chosen here, by the rule of live input, which counts from the first frame. */
function chosenBy({ policy, fps, window, threshold = 0.3 }: ParsedVideoOptions): Pick<ClipView, 'select' | 'gate'> {
  if (policy === 'keyframes') return { select: { kind: 'keyframes' } };
  if (policy === 'scene') return { select: { kind: 'scene', threshold } };
  if (policy === 'uniform') return { select: { kind: 'all' } };
  return window === undefined ? { select: { kind: 'fps', fps: fps! } } : { gate: new FrameGate(fps!) };
}

/** Frames kept for each of `maxFrames` to be chosen from, and the least number kept in all. */
const [CANDIDATES, LEAST] = [4, 64];

/**
 * Decodes the frames of a clip into a reservoir. A long clip of which any frame would do is thinned on the way; when its
 * stated duration was wrong and too few came, it is read whole.
 * @throws ModalkitError SAMPLE when there is no frame
 */
export async function readFrames(source: ClipSource, info: PictureInfo, view: ClipView): Promise<FrameReservoir> {
  const capacity = Math.max(LEAST, CANDIDATES * view.maxFrames);
  const thinned = view.select?.kind === 'all' ? thinnedTo(capacity, source, info) : undefined;
  if (thinned) {
    const reservoir = await decode(source, info, { ...view, select: thinned }, capacity);
    if (reservoir.seen >= capacity / 2) return reservoir;
  }
  return decode(source, info, view, capacity);
}

async function decode(
  source: ClipSource,
  { offset }: PictureInfo,
  { maxPixels, gate, maxFrames: _, ...view }: ClipView,
  capacity: number,
): Promise<FrameReservoir> {
  const { file, name } = source;
  const reservoir = new FrameReservoir(capacity);
  const start = Math.max(0, (source.start ?? 0) - offset);
  const duration = source.end === undefined ? undefined : source.end - offset - start;
  for await (const { pixels, time } of decodeFrames({ file, name, ...view, start, duration, limits: { maxPixels } }))
    if (gate?.passes(time) ?? true) reservoir.add({ pixels, time: time + offset });
  return reservoir;
}

/** A rate at which about `capacity` frames come, when many more are to be expected. */
function thinnedTo(
  capacity: number,
  { start = 0, end = Number.POSITIVE_INFINITY }: ClipSource,
  { duration, video, offset }: PictureInfo,
): FrameRequest['select'] | undefined {
  if (duration === undefined || video.frameRate === undefined) return undefined;
  const seconds = Math.min(end, duration + offset) - Math.max(start, offset);
  return video.frameRate * seconds > 2 * capacity ? { kind: 'fps', fps: capacity / seconds } : undefined;
}
