import { expect, it } from 'vitest';
import type { Config } from '../../src/compose/config.js';
import { openLoader } from '../../src/data/loader.js';
import { startNotices } from '../../src/train/start-notices.js';
import { createTrainable } from '../../src/train/trainable.js';
import { series } from '../fixtures/series-plugin.js';
import { meanSquare, project, sample, testModel } from '../fixtures/test-project.js';

const samples = [sample('a', { left: [1, 2] }, 1), sample('b', { left: [3] }, 2)];

interface Given
  extends Partial<Config['train']>,
    Partial<Record<'across' | 'pooled' | 'noise' | 'normalises', boolean>> {
  /** Memory for samples; the numbers of them that are tried are put into `tried`. */
  readonly fits?: { readonly rows: number; readonly tried: number[] };
}

async function noticesOf({ across, pooled, noise, normalises, fits, ...train }: Given): Promise<string[]> {
  const runtime = project({
    inputs: { left: series() },
    objectives: { error: meanSquare({ input: 'left' }) },
    train: { steps: 1, ...train },
  });
  const { error } = runtime.objectives;
  const noisy: typeof error = {
    ...error!,
    acrossBatch: across ?? false,
    fromPooled: pooled,
    terms: (view, context) => {
      const rows = view.inputs.left!.present.shape[0]!;
      fits?.tried.push(rows);
      if (fits && rows > fits.rows) throw new RangeError('Array buffer allocation failed');
      const { sum, count } = error!.terms(view, context).error!;
      return { error: { sum: noise ? context.tf.mul(sum, Math.random()) : sum, count } };
    },
  };
  const { left } = runtime.inputs;
  const supports = { ...left!.adapter.supports, paddingInvariant: !normalises };
  const inputs = { left: { ...left!, adapter: { ...left!.adapter, supports } } };
  const model = await testModel({ ...runtime, inputs, objectives: { error: noisy } });
  return startNotices(createTrainable(model), openLoader(runtime, {}, '/'), samples);
}

it('says nothing when a gradient comes out the same twice', async () => {
  expect(await noticesOf({})).toEqual([]);
});

it('says so when it does not: here an objective draws on its own', async () => {
  expect(await noticesOf({ noise: true })).toEqual([expect.stringContaining('will not give the same bytes')]);
});

it.each([
  ['samples that memory does not hold', { rows: 1, microbatch: undefined }, [2, 1, 1]],
  ['what the first step will tell', { rows: 0, microbatch: undefined }, [2, 1]],
  ['no more samples than train.microbatch', { rows: 2, microbatch: 1 }, [1, 1]],
])('does not end the run for %s', async (_, { rows, microbatch }, expected) => {
  const tried: number[] = [];
  expect(await noticesOf({ fits: { rows, tried }, microbatch })).toEqual([]);
  expect(tried).toEqual(expected);
});

it('says what accumulation is to a loss that compares samples, and only to such a one', async () => {
  expect(await noticesOf({ accumulate: 2 })).toEqual([]);
  expect(await noticesOf({ accumulate: 2, across: true })).toEqual([
    expect.stringMatching(/objectives\/error compares.*2 batches of 4, not one of 8\.$/),
  ]);
});

it('says how it would see them all, and nothing once it does', async () => {
  const given = { accumulate: 2, across: true, pooled: true };
  expect(await noticesOf(given)).toEqual([
    expect.stringMatching(/not one of 8; train\.cachedGradients: true makes it/),
  ]);
  expect(await noticesOf({ ...given, cachedGradients: true })).toEqual([]);
});

it('says what a microbatch is to a loss that compares more than pooled vectors', async () => {
  expect(await noticesOf({ microbatch: 2, across: true, pooled: true })).toEqual([]);
  expect(await noticesOf({ microbatch: 2, across: true })).toEqual([
    expect.stringMatching(/objectives\/error compares.*with train\.microbatch 2 it sees 2 at a time, not 4/),
  ]);
});

it('says what a microbatch is to an adapter that normalises over the batch, and only to such a one', async () => {
  expect(await noticesOf({ microbatch: 4, normalises: true })).toEqual([]);
  expect(await noticesOf({ microbatch: 2 })).toEqual([]);
  expect(await noticesOf({ microbatch: 2, normalises: true })).toEqual([
    expect.stringMatching(
      /inputs\/left: test-series .*with train\.microbatch 2 it sees 2 samples at a time.*not that of all 4/,
    ),
  ]);
});
