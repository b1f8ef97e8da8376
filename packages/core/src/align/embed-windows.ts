import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import type { EmbeddingStream } from './even-rows.js';

const schema = z.strictObject({
  /** Seconds of the recording. */
  duration: z.number().positive(),
  /** Seconds of a window: about as long as an event. */
  window: z.number().positive().default(0.6),
  /** Seconds from one window to the next. */
  hop: z.number().positive().default(0.1),
});

export interface WindowOptions extends z.input<typeof schema> {
  /** The raw sample of a window, from one second of the recording to another. */
  readonly cut: (start: number, end: number) => unknown;
}

/**
 * Embeds a recording window by window: the stream that `estimateOffset` takes. Windows lie wholly within it.
 * @param run a trained run, or anything else that embeds raw samples
 */
export async function embedWindows(
  run: { embed(input: string, raw: readonly unknown[]): Promise<Float32Array> },
  input: string,
  { cut, ...options }: WindowOptions,
): Promise<EmbeddingStream> {
  const { duration, window, hop } = parseOptions(schema, options, 'embedWindows');
  const count = Math.max(0, Math.floor((duration - window) / hop + 1e-9) + 1);
  const starts = Array.from({ length: count }, (_, index) => index * hop);
  const vectors = await run.embed(
    input,
    starts.map((start) => cut(start, start + window)),
  );
  return { times: starts.map((start) => start + window / 2), vectors };
}
