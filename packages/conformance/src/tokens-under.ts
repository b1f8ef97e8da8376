import type { HostArrays } from '@modalkit/contract';
import { tensorsOf } from '@modalkit/toolkit/testing';
import type { AdapterBench } from './adapter-bench.js';
import { rowsOf, tidied } from './seen.js';

/**
 * The tokens of a batch of one that a changed entry lies under, as flags: those whose target it changes; of an adapter without
 * targets, the token of its place. Undefined when there are none, or one of them is invalid.
 */
export function tokensUnder(
  { adapter, tf, run }: AdapterBench,
  arrays: HostArrays,
  changed: HostArrays,
  { name, index }: { readonly name: string; readonly index: number },
): number[] | undefined {
  const valid = [...arrays.valid.data];
  const tokens = valid.length;
  const targetOf = (of: HostArrays) =>
    tidied(tf, () => rowsOf(tf.reshape(run(tensorsOf(tf, of)).tokens.target!, [tokens, -1])));
  const { shape, data } = arrays[name]!;
  let under: number[];
  if (adapter.target) {
    const [one, other] = [targetOf(arrays), targetOf(changed)];
    under = one.map((row, token) => Number(String(row) !== String(other[token])));
  } else if (shape[1] === tokens)
    under = valid.map((_, token) => Number(token === Math.floor((index * tokens) / data.length)));
  else under = valid;
  return under.includes(1) && under.every((flag, token) => !flag || valid[token]) ? under : undefined;
}
