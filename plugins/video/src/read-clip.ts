import { stat } from 'node:fs/promises';
import type { ClipOptions } from './clip-options.js';
import type { ClipSource } from './clip-source.js';
import { joinFrames } from './join-frames.js';
import { FrameGate } from './live/frame-gate.js';
import type { PreparedVideo } from './prepared-video.js';
import { type PictureInfo, probePicture, refusal } from './probe-picture.js';
import { type ClipView, readFrames } from './read-frames.js';

/**
 * The frames of a clip by the policy of the options, at most `maxFrames` of them.
 * @throws ModalkitError SAMPLE when there are none, or more than `maxFrames` where windows must be whole
 */
export async function readClip(source: ClipSource, options: ClipOptions): Promise<PreparedVideo> {
  const { size, fit, channels, maxFrames, maxPixels, fps, window } = options;
  const view = { height: size[0], width: size[1], fit, channels, maxFrames, maxPixels, ...chosenBy(options) };
  const info = await lookInto(source, options);
  const reservoir = await readFrames(source, view, info);
  if (window !== undefined && reservoir.seen > maxFrames)
    throw refusal(
      source.name,
      `has ${reservoir.seen} frames at ${fps} a second, more than maxFrames, ${maxFrames}, and windows are never thinned; give a part by start and end, or raise maxFrames`,
    );
  const rate = fps ?? info?.video.frameRate;
  return joinFrames(reservoir.take(maxFrames), rate === undefined ? reservoir.interval : 1 / rate);
}

/** With windows the frames are chosen here, by the rule of live input, which counts from the first frame. */
function chosenBy({ policy, fps, window, threshold = 0.3 }: ClipOptions): Pick<ClipView, 'select' | 'gate'> {
  if (policy === 'keyframes') return { select: { kind: 'keyframes' } };
  if (policy === 'scene') return { select: { kind: 'scene', threshold } };
  if (policy === 'uniform') return { select: { kind: 'all' } };
  return window === undefined ? { select: { kind: 'fps', fps: fps! } } : { gate: new FrameGate(fps!) };
}

/** Bytes from which a clip may be so long that thinning it is worth a look at its duration. */
const LARGE = 2 * 1024 * 1024;

/** A look costs as much as reading a short clip: it is taken where the frames alone do not tell how long one is seen. */
async function lookInto(source: ClipSource, { policy, maxPixels }: ClipOptions): Promise<PictureInfo | undefined> {
  if (policy === 'fps') return undefined;
  // a file that is gone is told by the reader
  const bytes = await stat(source.file).then(
    ({ size }) => size,
    () => 0,
  );
  return policy === 'uniform' && bytes < LARGE ? undefined : probePicture(source, maxPixels);
}
