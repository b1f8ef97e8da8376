import { z } from 'zod';
import type { MediaPart, MediaRequest } from './media-request.js';
import { parse } from './parse.js';

/** Which frames of a video are wanted. */
export type FrameSelection =
  | { readonly kind: 'all' }
  /** The first frame of each 1/fps of a second: at most `fps` a second, none twice. */
  | { readonly kind: 'fps'; readonly fps: number }
  | { readonly kind: 'keyframes' }
  /** The first frame and each that differs from the one before by more than `threshold`, 0..1. */
  | { readonly kind: 'scene'; readonly threshold: number };

/** How frames come out: 8-bit pixels `[height, width, channels]`, RGB or grey. */
export interface FrameSize {
  readonly width: number;
  readonly height: number;
  /** Fill and cut the edges, keep whole on black without enlarging, or ignore the proportions. */
  readonly fit: 'crop' | 'pad' | 'stretch';
  readonly channels: 1 | 3;
}

export interface FrameRequest extends MediaRequest, MediaPart, FrameSize {
  /** All frames when left out. */
  readonly select?: FrameSelection;
  /** Pixels are overwritten once the next frame is asked for, which is faster: copy those you keep. */
  readonly reuse?: boolean;
}

const side = z.number().int().positive().max(16_384);
export const frameSize = z.object({
  width: side,
  height: side,
  fit: z.enum(['crop', 'pad', 'stretch']),
  channels: z.literal([1, 3]),
});
const selection = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('all') }),
  z.strictObject({ kind: z.literal('fps'), fps: z.number().positive() }),
  z.strictObject({ kind: z.literal('keyframes') }),
  z.strictObject({ kind: z.literal('scene'), threshold: z.number().min(0).max(1) }),
]);

/** @throws ModalkitError OPTIONS */
export function parseFrames(
  given: FrameSize & { readonly select?: FrameSelection },
): FrameSize & { readonly select: FrameSelection } {
  return parse(frameSize.extend({ select: selection.default({ kind: 'all' }) }), given, 'Frames of a video');
}
