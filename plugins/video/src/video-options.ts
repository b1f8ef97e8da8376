import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';

const count = (least: number, most: number) => z.number().int().min(least).max(most);

/** Height and width in pixels; one number for a square. */
export const frameSize = z.union(
  [count(1, 4096).transform((side): [number, number] => [side, side]), z.tuple([count(1, 4096), count(1, 4096)])],
  { error: 'must be a number of pixels or [height, width], 1 to 4096' },
);
/** 1 (grey) or 3 (RGB). */
export const frameChannels = z.union([z.literal(1), z.literal(3)], { error: 'must be 1 (grey) or 3 (RGB)' });
/** Frames a second. */
export const frameRate = z.number().positive().max(1000);

/** Random changes in training, drawn anew for every sample and step, the same for all frames of a clip. */
const augment = z.strictObject({
  /** Largest shift along each axis, in pixels of `size`; what comes from outside repeats the edge. */
  shift: z.number().min(0).max(4096).default(0),
  /** Largest turn to either side, in degrees. */
  rotate: z.number().min(0).max(180).default(0),
  /** Scaled by 1 - scale … 1 + scale. */
  scale: z.number().min(0).max(0.9).default(0),
  /** Least side of a random window that is enlarged to the whole, as a share of the side. */
  crop: z.number().min(0.05).max(1).default(1),
  /** Mirrored left to right in half of the draws. */
  flip: z.boolean().default(false),
  /** Multiplied by 1 - brightness … 1 + brightness. */
  brightness: z.number().min(0).max(1).default(0),
});

const schema = z
  .strictObject({
    /** Height and width the model sees, in pixels; one number for a square. */
    size: frameSize.default([224, 224]),
    /** How a frame of another shape gets to `size`: cut off evenly, set on black, or stretched. */
    fit: z.enum(['crop', 'pad', 'stretch']).default('crop'),
    channels: frameChannels.default(3),
    /** Which frames are looked at. */
    policy: z.enum(['uniform', 'fps', 'keyframes', 'scene']).default('uniform'),
    /** Most frames of a clip; when the policy finds more, this many of them, spread evenly over the clip. */
    maxFrames: count(1, 1024).default(8),
    /** Frames a second of policy `fps`. */
    fps: frameRate.optional(),
    /** How much of the picture must change for policy `scene`, 0..1; 0.3 when left out. */
    threshold: z.number().min(0).max(1).optional(),
    /** A token is a patch of one frame, of `tubelet` frames one after the other, or a place of a CNN's map of one frame. */
    encoder: z.enum(['frames', 'tubelets', 'cnn']).default('frames'),
    /** Frames of a tubelet; 2 when left out. */
    tubelet: count(2, 64).optional(),
    /** Side of a patch in pixels; 16 when left out. */
    patch: count(1, 512).optional(),
    /** Width of each stage of encoder `cnn`, which halves the sides; [32, 64, 128, 256] when left out. */
    stages: z.array(count(1, 4096)).min(1).max(8).optional(),
    /** Width of the transformer. */
    width: count(2, 4096).default(128),
    layers: count(1, 64).default(4),
    heads: count(1, 64).default(4),
    augment: augment.optional(),
    /** Seconds that see each other, counted from the first frame: what a live stream is cut into. */
    window: z.number().positive().max(3600).optional(),
    /** Videos whose frames have more pixels are refused from their header. */
    maxPixels: count(1, 2 ** 30).default(16_777_216),
    /** Name of another video input whose weights and statistics this one uses. */
    share: z.string().min(1).optional(),
  })
  .superRefine((options, context) => {
    const refuse = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    checkPolicy(options, refuse);
    checkEncoder(options, refuse);
  })
  .transform(({ tubelet, patch, stages, ...options }) => ({
    ...options,
    tubelet: options.encoder === 'tubelets' ? (tubelet ?? 2) : 1,
    ...(options.encoder === 'cnn' ? cnn(stages) : { patch: patch ?? PATCH }),
  }));

const PATCH = 16;

/** A token of a CNN stands for the square that its stages bring to one place. */
function cnn(stages = [32, 64, 128, 256]): { patch: number; stages?: number[] } {
  return { patch: 2 ** stages.length, stages };
}

export type VideoOptions = z.input<typeof schema>;
export type ParsedVideoOptions = z.output<typeof schema>;

/** @throws ModalkitError OPTIONS that names each wrong option and what came */
export function parseVideoOptions(options: VideoOptions): ParsedVideoOptions {
  return parseOptions<ParsedVideoOptions>(schema, options, '@modalkit/video');
}

type Refuse = (path: string, message: string) => void;

function checkPolicy(
  options: { policy: string; maxFrames: number; fps?: number; threshold?: number; window?: number },
  refuse: Refuse,
): void {
  const { policy, maxFrames, fps, threshold, window } = options;
  if (policy === 'fps' && fps === undefined) refuse('fps', 'must be given with policy "fps"');
  if (policy !== 'fps' && fps !== undefined) refuse('fps', `belongs to policy "fps", not to "${policy}"`);
  if (policy !== 'scene' && threshold !== undefined)
    refuse('threshold', `belongs to policy "scene", not to "${policy}"`);
  if (window === undefined) return;
  if (policy !== 'fps')
    refuse('window', `needs policy "fps", whose frames do not depend on the whole clip as "${policy}" does`);
  else if (fps !== undefined && fps * window + 1 > maxFrames)
    refuse('window', `of ${window} s at ${fps} frames a second may hold more than maxFrames, ${maxFrames}`);
}

function checkEncoder(
  options: {
    size: [number, number];
    encoder: string;
    tubelet?: number;
    patch?: number;
    stages?: number[];
    width: number;
    heads: number;
  },
  refuse: Refuse,
): void {
  const { size, encoder, tubelet, stages, width, heads } = options;
  if (encoder !== 'tubelets' && tubelet !== undefined) refuse('tubelet', 'belongs to encoder "tubelets"');
  if (encoder !== 'cnn' && stages !== undefined) refuse('stages', 'belongs to encoder "cnn"');
  if (encoder === 'cnn' && options.patch !== undefined)
    refuse('patch', 'belongs to the other encoders: a token of "cnn" stands for 2^stages pixels');
  const [patch, what] = encoder === 'cnn' ? [cnn(stages).patch, '2^stages'] : [options.patch ?? PATCH, 'patch'];
  if (size.some((side) => side % patch !== 0))
    refuse('size', `${size.join(' x ')} must be a multiple of ${what}, ${patch}`);
  if (width % 2 !== 0) refuse('width', 'must be even: times are pairs of sine and cosine');
  if (width % heads !== 0) refuse('width', `must be a multiple of heads, ${heads}`);
}
