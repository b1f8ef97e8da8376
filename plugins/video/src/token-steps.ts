import { frameCount, type PreparedVideo } from './prepared-video.js';
import type { ParsedVideoOptions } from './video-options.js';

/** The frames that one step in time of the tokens stands for. */
export interface TokenStep {
  /** Index of its first frame. */
  readonly first: number;
  readonly frames: number;
  /** Number of its window; 0 without windows. */
  readonly window: number;
  /** Seconds from the start of its window, or of the clip. */
  readonly since: number;
}

/** A tubelet bridges no gap: frames of policy `fps` that are this many intervals apart are in two. */
const GAP = 2.5;

/**
 * Cuts a clip into steps of up to `tubelet` frames: a step reaches over no window's edge and no gap, so the last one before
 * either may hold fewer frames.
 */
export function tokenSteps(clip: PreparedVideo, options: ParsedVideoOptions): TokenStep[] {
  const steps: { first: number; frames: number; window: number; since: number }[] = [];
  const longest = options.policy === 'fps' ? GAP / options.fps! : Number.POSITIVE_INFINITY;
  for (let frame = 0; frame < frameCount(clip); frame++) {
    const place = windowOf(clip.times[2 * frame]! - clip.origin, options.window);
    const last = steps.at(-1);
    const continues =
      last !== undefined &&
      last.frames < options.tubelet &&
      last.window === place.window &&
      clip.times[2 * frame]! - clip.times[2 * frame - 2]! <= longest;
    if (continues) last.frames++;
    else steps.push({ first: frame, frames: 1, ...place });
  }
  return steps;
}

/** The window that a second after the origin is in, and how far; to the microsecond, so that rounding moves no frame. */
export function windowOf(seconds: number, length: number | undefined): { window: number; since: number } {
  if (length === undefined) return { window: 0, since: seconds };
  const window = Math.floor(Math.round(seconds * 1e6) / Math.round(length * 1e6));
  return { window, since: seconds - window * length };
}
