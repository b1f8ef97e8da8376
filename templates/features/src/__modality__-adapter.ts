import { type Adapter, CONTRACT } from '@modalkit/contract';
import { hideTokens, initLayerNorm, initLinear, layerNorm, linear, maskedMean, zeroInvalid } from '@modalkit/toolkit';
import { z } from 'zod';
import { name } from '../package.json';
import type { ParsedOptions } from './__modality__-options.js';
import { collateFeatures } from './collate-features.js';
import type { FrozenModel } from './frozen-model.js';

/** The adapter behind the input. The model runs in `prepare`, once a sample; all that trains is a norm and a projector. */
export function __modality__Adapter(
  options: ParsedOptions,
  model: FrozenModel,
): Adapter<number[][], undefined, Float32Array> {
  const { size, features, maxTokens } = options;
  return {
    id: name,
    modality: '__modality__',
    contract: CONTRACT,
    // Raise it when `prepare` changes: what was cached before is then prepared anew.
    version: '1',
    options,
    // What the model made is kept as long as the model stays the same, wherever its file is.
    prepares: { sha256: model.sha256, size, features, maxTokens },
    supports: { positions: ['order'], masks: ['random', 'span', 'drop'], paddingInvariant: true },
    sample: z.array(z.array(z.number()).length(size)).min(1).max(maxTokens),

    // On the host, in workers: no tensors of Modalkit here.
    prepare: (rows) => model.run(rows),
    length: (values) => values.length / features,
    collate: (prepared, bucket) => collateFeatures(prepared, bucket, features),
    dispose: () => model.release(),

    // In the step: `context.tf`, no reading of tensors, random numbers by `context.random` alone.
    init: (context) => {
      initLayerNorm(context, 'norm', features);
      context.weight('hidden', [features], { kind: 'normal', std: 0.02 });
      initLinear(context, 'project', features, context.space.width);
      initLinear(context, 'score', context.space.width, features);
    },
    mask: (layout, policy, context) => hideTokens(context, layout, policy),
    encode: ({ valid, order, values }, { hidden }, context) => {
      const { tf } = context;
      const scaled = layerNorm(context, 'norm', values!);
      const shown = tf.where(tf.expandDims(hidden, 2), context.weight('hidden'), scaled);
      return { values: zeroInvalid(tf, shown, valid), valid, hidden, target: values, position: { order } };
    },
    align: (tokens, _space, context) => {
      const { tf } = context;
      const values = zeroInvalid(tf, linear(context, 'project', tokens.values), tokens.valid);
      return { ...tokens, values, pooled: maskedMean(tf, values, tokens.valid) };
    },
    target: { kind: 'values', width: features, score: (hidden, context) => linear(context, 'score', hidden) },
  };
}
