import type { FusedView, HostContext, Tensor, WrittenSamples } from '@modalkit/contract';
import type { Model } from '../train/model.js';
import type { Pass } from '../train/step-context.js';
import { writeSequences } from './write-sequences.js';

/**
 * What those of the heads that write have written, as outputs `<head>/written [B,maxTokens]`: 1 + each token's class, then zeros.
 * A head that reads an input which the batch has not is left out.
 */
export function writtenRows(
  model: Model,
  pass: Pass,
  view: FusedView,
  names: readonly string[],
  heads: readonly string[],
): Record<string, Tensor> {
  const { tf } = model.backend;
  const rows: Record<string, Tensor> = {};
  for (const name of heads) {
    const { decoder, needsFusion, inputs = [] } = model.runtime.heads[name]!;
    if ((needsFusion && !view.fused) || inputs.some((input) => !view.inputs[input])) continue;
    const written = writeSequences(model, pass, view, name, names);
    const data = written.map(({ ids }) =>
      Array.from({ length: decoder!.maxTokens }, (_, place) => (ids[place] ?? -1) + 1),
    );
    rows[`${name}/written`] = tf.tensor2d(data, [names.length, decoder!.maxTokens], 'float32');
  }
  return rows;
}

/** The rows that a head has written, as samples of the input that it writes. */
export async function writtenSamples(
  model: Model,
  head: string,
  { width, rows }: { readonly width: number; readonly rows: Float32Array },
  contextOf: (input: string) => HostContext,
): Promise<WrittenSamples> {
  const sequences = Array.from({ length: rows.length / width }, (_, row) => {
    const sequence = rows.subarray(row * width, (row + 1) * width);
    return Int32Array.from(
      sequence.filter((value) => value > 0),
      (value) => value - 1,
    );
  });
  const samples = await Promise.all(sequences.map((ids) => sampleOf(model, head, ids, contextOf)));
  return { input: model.runtime.heads[head]!.decoder!.input, samples };
}

/** A written sequence as a sample of the input. */
export async function sampleOf(
  { runtime }: Model,
  head: string,
  ids: Int32Array,
  contextOf: (input: string) => HostContext,
): Promise<unknown> {
  const { input } = runtime.heads[head]!.decoder!;
  return runtime.inputs[input]!.adapter.decode!(ids, contextOf(input));
}
