import { type FusedView, ModalkitError, type Tensor, type Tf } from '@modalkit/contract';

/**
 * An input's own tokens in the fused sequence: the last T of its span, which may begin with a token that stands for a missing
 * input. `values [B,T,D]`, `valid [B,T]`.
 * @throws ModalkitError COMPOSE when the fusion keeps no tokens of that input
 */
export function fusedTokens(tf: Tf, who: string, { fused, inputs }: FusedView, input: string) {
  const [batch, tokens] = inputs[input]!.valid.shape as [number, number];
  const span = fused?.spans[input];
  if (!fused || !span || span.end - span.start < tokens) {
    const known = Object.keys(fused?.spans ?? {}).join(', ') || 'none';
    throw new ModalkitError(
      'COMPOSE',
      `${who}: the fused sequence holds no tokens of "${input}", but of ${known}; set \`from: 'input'\` or use a fusion that keeps them.`,
    );
  }
  const start = span.end - tokens;
  const width = fused.values.shape[2]!;
  const values: Tensor = tf.slice(fused.values, [0, start, 0], [batch, tokens, width]);
  return { values, valid: tf.slice(fused.valid, [0, start], [batch, tokens]) as Tensor };
}
