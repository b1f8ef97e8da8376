import type { InitContext, StepContext } from '@modalkit/contract';
import { feedForward, initFeedForward, initLinear, initTransformer, linear, transformer } from '@modalkit/toolkit';
import type { CrossPlan, CrossSettings } from './cross.js';
import { initLatentQueries, latentQueries } from './latent-queries.js';
import { type Joined, joinParts, type Part } from './part.js';
import { timeSliceBias } from './time-slice.js';

/** Name of the latent queries' span. */
export const QUERIES = 'queries';

/** Declares `queries/…`, `projector/<source>/…` as the bridge needs them, and `transformer/…`. */
export function initPrefix(context: InitContext, { sources }: CrossPlan, options: CrossSettings): void {
  const { width } = context.space;
  if (options.bridge !== 'projector') initLatentQueries(context, QUERIES, options);
  if (options.bridge !== 'queries') {
    for (const name of sources) initProjector(context.scope('projector'), name, width, options.projector);
  }
  initTransformer(context, 'transformer', width, options.layers);
}

/** What the bridge makes of the sources, then the tokens of the inputs that ask, through one transformer. */
export function fusePrefix(
  context: StepContext,
  { asks, sources }: CrossPlan,
  parts: readonly Part[],
  options: CrossSettings,
): Joined {
  const { layers, heads, bridge } = options;
  const asked = parts.filter((part) => sources.includes(part.name));
  const summary =
    bridge === 'projector' ? [] : [latentQueries(context, QUERIES, joinParts(context.tf, asked), options)];
  const projected = bridge === 'queries' ? [] : asked.map((part) => project(context, part, options.projector));
  const asking = parts.filter(({ name }) => asks.includes(name) && !projected.some((part) => part.name === name));
  const joined = joinParts(context.tf, [...summary, ...projected, ...asking]);
  const bias = timeSliceBias(context.tf, joined.time, joined.time, options.timeSlice);
  return {
    ...joined,
    values: transformer(context, 'transformer', joined.values, layers, { heads, valid: joined.valid, bias }),
  };
}

function initProjector(context: InitContext, name: string, width: number, kind: CrossSettings['projector']): void {
  if (kind === 'linear') initLinear(context, name, width, width);
  else initFeedForward(context, name, width, width);
}

function project(context: StepContext, part: Part, kind: CrossSettings['projector']): Part {
  const layer = kind === 'linear' ? linear : feedForward;
  return { ...part, values: layer(context.scope('projector'), part.name, part.values) };
}
