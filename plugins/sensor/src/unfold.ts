import type { Tensor, Tf } from '@modalkit/contract';

/**
 * Windows of `kernel` points every `stride`, `[B,P,C]` -> `[B, windows, kernel * C]`, points in order with their channels
 * last; points that lack at the end are zeros. A matrix product with it is a convolution, and so trains on every backend.
 */
export function unfold(tf: Tf, x: Tensor, kernel: number, stride: number, windows: number): Tensor {
  const [batch, points, channels] = x.shape as [number, number, number];
  const shifts = Math.ceil(kernel / stride);
  const needed = (windows + shifts - 1) * stride;
  const lacking = Math.max(0, needed - points);
  const padded =
    lacking > 0
      ? tf.pad(x, [
          [0, 0],
          [0, lacking],
          [0, 0],
        ])
      : tf.slice(x, [0, 0, 0], [batch, needed, channels]);
  const blocks = tf.reshape(padded, [batch, windows + shifts - 1, stride * channels]);
  const width = stride * channels;
  const shifted = Array.from({ length: shifts }, (_, shift) =>
    tf.slice(blocks, [0, shift, 0], [batch, windows, width]),
  );
  const joined = shifts === 1 ? shifted[0]! : tf.concat(shifted, 2);
  return kernel % stride === 0 ? joined : tf.slice(joined, [0, 0, 0], [batch, windows, kernel * channels]);
}

/**
 * Which points lie in a hidden window, `[B,T]` bool -> `[B,P,1]` float32 of 0 and 1: overlapping windows share points, and
 * what one of them hides is hidden in the others too.
 */
export function hiddenPoints(tf: Tf, hidden: Tensor, kernel: number, stride: number): Tensor {
  const [batch, windows] = hidden.shape as [number, number];
  const shifts = Math.ceil(kernel / stride);
  const marks = tf.expandDims(tf.cast(hidden, 'float32'), 2);
  const layers = Array.from({ length: shifts }, (_, shift) => {
    const width = Math.min(stride, kernel - shift * stride);
    const blocks = tf.pad(tf.tile(marks, [1, 1, width]), [
      [0, 0],
      [shift, shifts - 1 - shift],
      [0, stride - width],
    ]);
    return tf.reshape(blocks, [batch, (windows + shifts - 1) * stride, 1]);
  });
  const covered = shifts === 1 ? layers[0]! : tf.minimum(tf.addN(layers), 1);
  return tf.slice(covered, [0, 0, 0], [batch, (windows - 1) * stride + kernel, 1]);
}
