import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Adapter, CONTRACT } from '@modalkit/contract';
import { hideTokens, initLinear, linear, maskedMean, zeroInvalid } from '@modalkit/toolkit';
import { z } from 'zod';
import { name } from '../package.json';
import { collateGrids } from './collate-grids.js';
import type { ParsedOptions } from './depth-options.js';
import { encodeGrids, initEncoder } from './encode-grids.js';
import { readGrid } from './read-grid.js';

/** The adapter behind the input: a sample is the name of a 16-bit grid's file, a token is a square of it. */
export function depthAdapter(options: ParsedOptions): Adapter<string, undefined, Uint16Array> {
  const { rows, columns, patch, width } = options;
  return {
    id: name,
    modality: 'depth',
    contract: CONTRACT,
    version: '1',
    options,
    prepares: { rows, columns },
    supports: { positions: ['box'], masks: ['random', 'span', 'block', 'drop'], paddingInvariant: true },
    share: options.share,

    sample: z.string().endsWith('.pgm'),
    files: (file) => [file],
    prepare: async (file, context) => readGrid(await context.read(file), file, rows, columns),
    collate: (prepared) => collateGrids(prepared, options),

    init: (context) => {
      initEncoder(context, options);
      initLinear(context, 'align', width, context.space.width);
      initLinear(context, 'score', context.space.width, 2 * patch * patch);
    },
    mask: (layout, policy, context) => hideTokens(context, layout, policy),
    encode: (arrays, { hidden }, context) => encodeGrids(arrays, hidden, context, options),
    align: (tokens, _space, context) => {
      const { tf } = context;
      const values = zeroInvalid(tf, linear(context, 'align', tokens.values), tokens.valid);
      return { ...tokens, values, pooled: maskedMean(tf, values, tokens.valid) };
    },
    target: { kind: 'values', width: 2 * patch * patch, score: (hidden, context) => linear(context, 'score', hidden) },

    accepts: async (argument) => {
      const there = argument.endsWith('.pgm') && (await stat(argument).catch(() => undefined))?.isFile();
      return there ? resolve(argument) : undefined;
    },
  };
}
