import type { InitContext, StepContext, Tensor } from '@modalkit/contract';
import { firstRows, initTransformer, sincosPositions, transformer } from '@modalkit/toolkit';
import type { ParsedSensorOptions } from './sensor-options.js';

/** Declares `positions [rows, width]`, a row for each place in a chunk, `mask [width]` and `encoder/…`. */
export function initMixing(context: InitContext, options: ParsedSensorOptions): void {
  const { chunk, layers, maxTokens, positions, width } = options;
  const rows = chunk ?? maxTokens;
  if (positions === 'learnable')
    context.weight('positions', [rows, width], { kind: 'normal', std: 0.02 }, { decay: false });
  else {
    // Brought to the deviation of the learnt ones, that they do not drown the values.
    const values = sincosPositions(rows, width).map((value) => value * 0.02 * Math.SQRT2);
    context.weight('positions', [rows, width], { kind: 'values', values }, { trainable: false });
  }
  context.weight('mask', [width], { kind: 'normal', std: 0.02 });
  initTransformer(context, 'encoder', width, layers);
}

/**
 * Adds positions, and the mask token to hidden windows, then mixes by a pre-norm transformer, `[B,T,W]` -> `[B,T,W]`. With
 * `chunk` each chunk is a sequence of its own, so that what comes later changes nothing before.
 */
export function mixWindows(
  context: StepContext,
  embedded: Tensor,
  { valid, hidden }: { readonly valid: Tensor; readonly hidden: Tensor },
  { chunk, heads, layers }: ParsedSensorOptions,
): Tensor {
  const { tf } = context;
  const [batch, tokens, width] = embedded.shape as [number, number, number];
  const masked = tf.mul(tf.expandDims(tf.cast(hidden, 'float32'), 2), context.weight('mask'));
  const values = tf.add(embedded, masked);
  if (chunk === undefined)
    return transformer(context, 'encoder', tf.add(values, firstRows(tf, context.weight('positions'), tokens)), layers, {
      heads,
      valid,
    });
  const chunks = Math.ceil(tokens / chunk);
  const lacking = chunks * chunk - tokens;
  const cut = tf.reshape(
    tf.pad(values, [
      [0, 0],
      [0, lacking],
      [0, 0],
    ]),
    [batch * chunks, chunk, width],
  );
  const cutValid = tf.reshape(
    tf.pad(tf.cast(valid, 'float32'), [
      [0, 0],
      [0, lacking],
    ]),
    [batch * chunks, chunk],
  );
  const mixed = transformer(context, 'encoder', tf.add(cut, context.weight('positions')), layers, {
    heads,
    valid: tf.cast(cutValid, 'bool'),
  });
  return tf.slice(tf.reshape(mixed, [batch, chunks * chunk, width]), [0, 0, 0], [batch, tokens, width]);
}
