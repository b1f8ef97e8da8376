import { type LiveEvent, ModalkitError } from '@modalkit/contract';

/** One frame of a live source: 8-bit pixels `[height, width, channels]`. */
export interface LiveFrame {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
}

/** The frame of a live event, when it has the size that an input takes. */
export function liveFrameOf(
  event: LiveEvent & { readonly kind: 'data' },
  input: string,
  { size: [height, width], channels }: { readonly size: readonly [number, number]; readonly channels: number },
): Uint8Array {
  const frame = event.value as Partial<LiveFrame> | undefined;
  if (frame?.width === width && frame.height === height && frame.channels === channels && frame.pixels)
    return frame.pixels;
  throw new ModalkitError(
    'COMPOSE',
    `Input "${input}" takes frames of ${width} x ${height} with ${channels} channels, but the live source sends ${frame?.width} x ${frame?.height} with ${frame?.channels}; give the source the same size and channels.`,
  );
}
