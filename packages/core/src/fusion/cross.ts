import { CONTRACT, definePlugin, FUSION, type Fusion } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { checkHeads, checkJoined, checkQuery } from './check-fusion.js';
import { blockOptions } from './fusion-options.js';
import { fuseGated, initGated } from './gated-bridge.js';
import { toFused } from './part.js';
import { fusePrefix, initPrefix, QUERIES } from './prefix-bridge.js';
import { initAbsence, initType, withAbsence } from './presence.js';
import { checkTimed } from './time-slice.js';

const ID = '@modalkit/core/cross';
const schema = z.strictObject({
  ...blockOptions,
  bridge: z.enum(['gated', 'queries', 'projector', 'bliva']).default('gated'),
  /** Inputs whose tokens ask; all when left out. */
  query: z.array(z.string()).min(1).optional(),
  /** Number of latent queries. */
  queries: z.int().min(1).max(4096).default(8),
  projector: z.enum(['linear', 'mlp']).default('mlp'),
});

export type CrossOptions = z.input<typeof schema>;
export type CrossSettings = z.output<typeof schema>;

/** Which inputs ask and which are asked. */
export interface CrossPlan {
  readonly asks: readonly string[];
  /** Inputs that do not ask; every input when all of them ask. */
  readonly sources: readonly string[];
}

/**
 * Cross fusion: the tokens of the `query` inputs ask the other inputs, over one of four bridges.
 * - `gated`: to each query input its own stack of self-attention blocks, each followed by a tanh-gated cross-attention
 *   over the tokens of all other inputs; gates start at 0 (Flamingo, Alayrac et al. 2022). The fused sequence is the
 *   query inputs' tokens.
 * - `queries`: learnt latent queries summarise the sources by self- and cross-attention (Q-Former, Li et al. 2023) and
 *   go before the query inputs' tokens in one transformer.
 * - `projector`: the sources' tokens, through a linear layer or perceptron, go before the query inputs' tokens in one
 *   transformer (LLaVA, Liu et al. 2023).
 * - `bliva`: latent queries and projected tokens together (BLIVA, Hu et al. 2024).
 *
 * Sources are the inputs that do not ask, or every input when all of them ask. Each input's span begins with its
 * absence token; the latent queries' span is `queries`. With `timeSlice` a token attends only to what is near it in time;
 * latent queries, which have none, summarise all of it.
 * @throws ModalkitError COMPOSE when the heads do not divide the space's width or `query` names an input not joined
 */
export const cross = definePlugin((options: CrossOptions = {}) => {
  const parsed = parseOptions(schema, options, ID);
  if (parsed.inputs) checkQuery(ID, parsed.query, parsed.inputs);
  return { id: ID, contract: CONTRACT, setup: (scope) => scope.provide(FUSION, () => crossFusion(parsed)) };
});

function crossFusion(options: CrossSettings): Fusion {
  return {
    id: ID,
    options,
    inputs: options.inputs,
    init(inputs, context) {
      checkJoined(ID, inputs, QUERIES);
      checkQuery(ID, options.query, inputs);
      checkHeads(ID, context.space.width, options.heads);
      for (const input of inputs) {
        initAbsence(context, input);
        initType(context, input);
      }
      const plan = crossPlan(options, inputs);
      if (options.bridge === 'gated') initGated(context, plan.asks, inputs, options.layers);
      else initPrefix(context, plan, options);
    },
    fuse(inputs, context) {
      const parts = inputs.map((input) => withAbsence(context, input, options.timeSlice !== undefined));
      checkTimed(ID, options.timeSlice, parts);
      const plan = crossPlan(
        options,
        parts.map((part) => part.name),
      );
      const joined =
        options.bridge === 'gated'
          ? fuseGated(context, plan.asks, parts, options)
          : fusePrefix(context, plan, parts, options);
      return toFused(context.tf, joined);
    },
  };
}

function crossPlan({ query }: CrossSettings, inputs: readonly string[]): CrossPlan {
  const asks = inputs.filter((input) => query?.includes(input) ?? true);
  const others = inputs.filter((input) => !asks.includes(input));
  return { asks, sources: others.length > 0 ? others : inputs };
}
