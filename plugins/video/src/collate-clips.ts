import type { Bucket, HostArrays } from '@modalkit/contract';
import { type Grid, gridBoxes } from './grid.js';
import type { PreparedVideo } from './prepared-video.js';
import { type TokenStep, tokenSteps } from './token-steps.js';
import type { ParsedVideoOptions } from './video-options.js';

/**
 * Tokens step by step, within a step place by place: `valid [B,T]`, `time [B,T,2]`, `box [B,T,4]`, `order [B,T]`. For the
 * encoder, with S steps of t frames: `pixels [B,S,t*H*W,C]` as bytes, `there [B,S,t]` (a frame, not the rest of a short
 * step), `since [B,S]` in seconds and `window [B,S]`. The row of an absent clip is zeros.
 */
export function collateClips(
  prepared: readonly (PreparedVideo | undefined)[],
  bucket: Bucket,
  options: ParsedVideoOptions,
  grid: Grid,
): HostArrays {
  const arrays = emptyArrays(prepared.length, bucket.length, options, grid);
  const boxes = gridBoxes(grid);
  prepared.forEach((clip, row) => {
    if (!clip) return;
    tokenSteps(clip, options).forEach((step, index) => {
      fillStep(arrays, clip, step, row, index, options);
      fillTokens(arrays, clip, step, row, index * grid.places, boxes);
    });
  });
  return arrays;
}

type Arrays = ReturnType<typeof emptyArrays>;

/** No clip has more steps than `maxFrames`, however long the bucket is. */
function emptyArrays(batch: number, tokens: number, options: ParsedVideoOptions, grid: Grid) {
  const { tubelet, size, channels, maxFrames } = options;
  const steps = Math.max(1, Math.min(Math.ceil(tokens / grid.places), maxFrames));
  const area = tubelet * size[0] * size[1];
  return {
    pixels: {
      dtype: 'int32',
      shape: [batch, steps, area, channels],
      data: new Uint8Array(batch * steps * area * channels),
    },
    there: { dtype: 'bool', shape: [batch, steps, tubelet], data: new Uint8Array(batch * steps * tubelet) },
    since: { dtype: 'float32', shape: [batch, steps], data: new Float32Array(batch * steps) },
    window: { dtype: 'int32', shape: [batch, steps], data: new Int32Array(batch * steps) },
    valid: { dtype: 'bool', shape: [batch, tokens], data: new Uint8Array(batch * tokens) },
    time: { dtype: 'float32', shape: [batch, tokens, 2], data: new Float32Array(batch * tokens * 2) },
    box: { dtype: 'float32', shape: [batch, tokens, 4], data: new Float32Array(batch * tokens * 4) },
    order: { dtype: 'int32', shape: [batch, tokens], data: new Int32Array(batch * tokens) },
  } satisfies HostArrays;
}

function fillStep(
  { pixels, there, since, window }: Arrays,
  clip: PreparedVideo,
  step: TokenStep,
  row: number,
  index: number,
  { tubelet, size, channels }: ParsedVideoOptions,
): void {
  const place = row * since.shape[1]! + index;
  const frame = size[0] * size[1] * channels;
  const seen = clip.pixels.subarray(step.first * frame, (step.first + step.frames) * frame);
  pixels.data.set(seen, place * tubelet * frame);
  there.data.fill(1, place * tubelet, place * tubelet + step.frames);
  since.data[place] = step.since;
  window.data[place] = step.window;
}

function fillTokens(
  { valid, time, box, order }: Arrays,
  { times }: PreparedVideo,
  { first, frames }: TokenStep,
  row: number,
  from: number,
  boxes: Float32Array,
): void {
  const [tokens, places] = [valid.shape[1]!, boxes.length / 4];
  const start = row * tokens + from;
  const span = [times[2 * first]!, times[2 * (first + frames) - 1]!];
  valid.data.fill(1, start, start + places);
  box.data.set(boxes, start * 4);
  for (let place = 0; place < places; place++) {
    time.data.set(span, (start + place) * 2);
    order.data[start + place] = from + place;
  }
}
