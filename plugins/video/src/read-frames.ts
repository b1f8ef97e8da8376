import { isModalkitError } from '@modalkit/contract';
import { decodeFrames, type FrameRequest } from '@modalkit/media';
import type { ClipSource } from './clip-source.js';
import { FrameReservoir } from './frame-reservoir.js';
import type { FrameGate } from './live/frame-gate.js';
import { recordedFrames } from './live/recorded-frames.js';
import { recordedStart } from './live/recorded-start.js';
import { type PictureInfo, probePicture, refusal } from './probe-picture.js';

/** How frames are chosen and how large they are made. */
export type ClipView = Pick<FrameRequest, 'width' | 'height' | 'fit' | 'channels' | 'select'> & {
  readonly maxFrames: number;
  readonly maxPixels: number;
  /** Lets frames through after decoding. */
  readonly gate?: FrameGate;
};

/** Frames kept for each of `maxFrames` to be chosen from, and the least number kept in all. */
const [CANDIDATES, LEAST] = [4, 64];

/**
 * Decodes the frames of a clip into a reservoir. A long clip of which any frame would do is thinned on the way when its
 * `info` is given; when its stated duration was wrong and too few came, it is read whole.
 * @throws ModalkitError SAMPLE when there is no frame
 */
export async function readFrames(source: ClipSource, view: ClipView, info?: PictureInfo): Promise<FrameReservoir> {
  const capacity = Math.max(LEAST, CANDIDATES * view.maxFrames);
  const offsetOf = async () => info?.offset ?? recordedStart(source.file);
  const thinned = info && view.select?.kind === 'all' ? thinnedTo(capacity, source, info) : undefined;
  try {
    if (thinned) {
      const reservoir = await decode(source, offsetOf, { ...view, select: thinned }, capacity);
      if (reservoir.seen >= capacity / 2) return reservoir;
    }
    return await decode(source, offsetOf, view, capacity);
  } catch (error) {
    throw isModalkitError(error) && error.code === 'SAMPLE' ? await explained(source, view, error) : error;
  }
}

async function decode(
  source: ClipSource,
  offsetOf: () => Promise<number>,
  { maxPixels, gate, maxFrames: _, ...view }: ClipView,
  capacity: number,
): Promise<FrameReservoir> {
  const { file, name } = source;
  const reservoir = new FrameReservoir(capacity);
  const { width, height, channels, select } = view;
  const recorded =
    !select || select.kind === 'all' ? await recordedFrames(source, { width, height, channels }) : undefined;
  if (recorded) {
    for await (const frame of recorded) if (gate?.passes(frame.time) ?? true) reservoir.add(frame);
    return reservoir;
  }
  const offset = await offsetOf();
  const start = Math.max(0, (source.start ?? 0) - offset);
  const duration = source.end === undefined ? undefined : source.end - offset - start;
  if (duration !== undefined && duration <= 0)
    throw refusal(name, `begins at ${offset} s, but the part ends at ${source.end} s; give a later end`);
  const request = { file, name, ...view, start, duration, limits: { maxPixels }, reuse: true };
  for await (const { pixels, time } of decodeFrames(request))
    if (gate?.passes(time) ?? true) reservoir.add({ pixels, time: time + offset });
  return reservoir;
}

/** Why there was no frame: a look into the file tells more than the failure. */
async function explained(source: ClipSource, { maxPixels }: ClipView, failure: unknown): Promise<unknown> {
  return probePicture(source, maxPixels).then(
    () => failure,
    (reason: unknown) => reason,
  );
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
