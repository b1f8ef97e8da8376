/** The chosen frames of a clip, in the order of their times. */
export interface PreparedVideo {
  /** 8-bit pixels `[frames, height, width, channels]`. */
  readonly pixels: Uint8Array;
  /** `[frames, 2]`: when each frame appears and when it goes, in seconds on the container's clock. */
  readonly times: Float64Array;
  /** The second from which windows and positions in time are counted. */
  readonly origin: number;
}

/** Number of frames of a prepared clip. */
export const frameCount = (clip: PreparedVideo): number => clip.times.length / 2;
