import { CONTRACT, definePlugin, FUSION, type Fusion, ModalkitError } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { checkHeads, checkJoined, checkQuery } from './check-fusion.js';
import { blockOptions } from './fusion-options.js';
import { fuseGated, initGated } from './gated-bridge.js';
import { toFused } from './part.js';
import { checkPlaced } from './position-bias.js';
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
  /** Bridge `gated`: asking inputs whose tokens are guided to where in the picture they look, by boxes predicted from them. */
  positionAttention: z.array(z.string()).default([]),
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
 * latent queries, which have none, summarise all of it. A token of a `positionAttention` input predicts a box in each layer,
 * and attends the less to a token of a picture the further that lies from it (Gao et al. 2021); bridge `gated` alone.
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
    window: options.window,
    init(inputs, context) {
      checkJoined(ID, inputs, QUERIES);
      checkQuery(ID, options.query, inputs);
      checkHeads(ID, context.space.width, options.heads);
      for (const input of inputs) {
        initAbsence(context, input);
        initType(context, input);
      }
      const plan = crossPlan(options, inputs);
      checkGuided(options, plan.asks);
      if (options.bridge === 'gated') initGated(context, plan.asks, inputs, options);
      else initPrefix(context, plan, options);
    },
    fuse(inputs, context) {
      const kept = { timed: options.timeSlice !== undefined, placed: options.positionAttention.length > 0 };
      const parts = inputs.map((input) => withAbsence(context, input, kept));
      checkTimed(ID, options.timeSlice, parts);
      const plan = crossPlan(
        options,
        parts.map((part) => part.name),
      );
      checkPlaced(ID, options.positionAttention, parts);
      const joined =
        options.bridge === 'gated'
          ? fuseGated(context, plan.asks, parts, options)
          : fusePrefix(context, plan, parts, options);
      return toFused(context.tf, joined);
    },
  };
}

/** Refuses to guide by position what doesn't ask over gates. */
function checkGuided({ bridge, positionAttention }: CrossSettings, asks: readonly string[]): void {
  for (const name of positionAttention) {
    if (bridge === 'gated' && asks.includes(name)) continue;
    throw new ModalkitError(
      'COMPOSE',
      bridge === 'gated'
        ? `${ID}: positionAttention names "${name}", which doesn't ask; those that do are ${asks.join(', ')}.`
        : `${ID}: positionAttention guides the tokens of bridge "gated" and not those of "${bridge}"; leave out one of them.`,
    );
  }
}

function crossPlan({ query }: CrossSettings, inputs: readonly string[]): CrossPlan {
  const asks = inputs.filter((input) => query?.includes(input) ?? true);
  const others = inputs.filter((input) => !asks.includes(input));
  return { asks, sources: others.length > 0 ? others : inputs };
}
