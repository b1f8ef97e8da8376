import type { ParsedAudioOptions } from './audio-options.js';

/** How frames become tokens, and tokens chunks. A step is the time of a token; it holds `rows` tokens, one above another. */
export interface TokenGrid {
  readonly mels: number;
  /** Frames of a step. */
  readonly stride: number;
  /** Tokens of a step. */
  readonly rows: number;
  /** Seconds of a step. */
  readonly seconds: number;
  /** Samples of a step. */
  readonly samples: number;
  /** Values under a token. */
  readonly values: number;
  /** Steps that a chunk answers for, and those that it hears on either side; undefined when all is one chunk. */
  readonly chunk?: { readonly steps: number; readonly context: number };
  /** Steps that positions are needed for. */
  readonly most: number;
}

export function tokenGrid(options: ParsedAudioOptions): TokenGrid {
  const { rate, hop, mels, stride, rows, maxSeconds } = options;
  const seconds = (hop * stride) / rate;
  const grid = { mels, stride, rows, seconds, samples: hop * stride, values: (stride * mels) / rows };
  if (!options.chunk) return { ...grid, most: Math.ceil(maxSeconds / seconds) };
  const context = Math.round(options.chunk.overlap / 2 / seconds);
  const whole = Math.round(options.chunk.seconds / seconds);
  return { ...grid, chunk: { steps: whole - 2 * context, context }, most: whole };
}

/** Tokens a second. */
export function tokenRate(options: ParsedAudioOptions): number {
  const { rows, seconds } = tokenGrid(options);
  return rows / seconds;
}
