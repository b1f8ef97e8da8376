import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ADAPTER, CONTRACT, definePlugin, type RunEvent, type Sample } from '@modalkit/contract';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCheckpoints } from '../../src/checkpoint/index.js';
import type { Config } from '../../src/compose/config.js';
import { cross } from '../../src/fusion/index.js';
import { classify } from '../../src/heads/index.js';
import { crossEntropy, infoNCE } from '../../src/objectives/index.js';
import { train } from '../../src/train/train.js';
import { series, seriesAdapter } from '../fixtures/series-plugin.js';
import { memory, plain, project, sample } from '../fixtures/test-project.js';

/** Of unlike lengths; every third lacks `left`, every fourth `right`. */
const samples: Sample[] = Array.from({ length: 24 }, (_, row) => {
  const left = Array.from({ length: 1 + ((row * 5) % 11) }, (_, at) => Math.sin(row + at));
  const inputs = { ...(row % 3 !== 1 && { left }), ...(row % 4 !== 3 && { right: [row % 5, 0.5 * row, 1] }) };
  return { ...sample(`s${row}`, inputs), targets: { kind: row % 3 }, split: row < 20 ? 'train' : 'test' };
});

/** How often the tower of `left` was computed. */
let computed = 0;

type Change = Partial<ReturnType<typeof seriesAdapter>>;

const counted = definePlugin((change: Change = {}) => ({
  id: 'test-counted',
  contract: CONTRACT,
  setup: (scope) => {
    const adapter = seriesAdapter({ id: 'test-counted' });
    const encode: typeof adapter.encode = (...given) => {
      computed++;
      return (change.encode ?? adapter.encode)(...given);
    };
    scope.provide(ADAPTER, () => ({ ...adapter, ...change, encode }));
  },
}));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modalkit-kept-tokens-'));
  await tf.setBackend('cpu');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const TOWER = ['left/embed/*', 'left/blocks/*', 'left/hidden'];

interface Given {
  readonly change?: Change;
  readonly config?: Partial<Config>;
  readonly stopAt?: number;
}

async function run(name: string, options: Partial<Config['train']>, { change, config, stopAt }: Given = {}) {
  const events: RunEvent[] = [];
  const stop = new AbortController();
  const computedBy: number[] = [];
  const report = (event: RunEvent) => {
    events.push(event);
    if (event.kind === 'step') computedBy.push(computed);
    if (event.kind === 'step' && event.step === stopAt) stop.abort();
  };
  const runtime = project({
    inputs: { left: counted(change), right: series() },
    fusion: cross({ layers: 1 }),
    heads: { kind: classify({ classes: 3 }) },
    objectives: { kind: crossEntropy({ head: 'kind' }), pairs: infoNCE({ positives: 'kind' }) },
    data: { source: memory(samples), batch: 6, workers: 0, cache: false },
    train: { steps: 8, learningRate: 0.01, freeze: TOWER, ...options },
    ...config,
  });
  computed = 0;
  await train({
    runtime,
    backend: plain,
    folder: join(folder, name),
    reporters: [{ id: 'test', report }],
    signal: stop.signal,
  });
  const notices = events.flatMap((event) => (event.kind === 'notice' ? [event.message] : []));
  const checkpoints = await openCheckpoints(join(folder, name, 'checkpoints'), { keep: 2 });
  const { weights, optimiser } = (await checkpoints.latest())!.tensors;
  const losses = events.flatMap((event) => (event.kind === 'step' ? [event.values.loss!] : []));
  const inSteps = computedBy.at(-1)! - computedBy[0]!;
  return { notices, inSteps, losses, state: [...weights!, ...optimiser!] };
}

/** Largest difference between the states of two runs. */
function difference(a: Awaited<ReturnType<typeof run>>, b: typeof a): number {
  const of = a.state.map(([name, { data }], index) => {
    expect(b.state[index]![0]).toBe(name);
    return Math.max(...Array.from(data, (value, at) => Math.abs(value - b.state[index]![1].data[at]!)));
  });
  return Math.max(...of);
}

const KEPT = /^left: frozen, so each sample goes through it once; its tokens are kept \(1 MiB\)\.$/;
const kept = ({ notices }: { notices: readonly string[] }) => notices.some((notice) => KEPT.test(notice));

describe('tokens of a frozen tower', () => {
  it.each<[string, Partial<Config['train']>, Partial<Config>?]>([
    ['of which align still trains', {}],
    ['all frozen', { freeze: ['left/*'] }],
    ['in microbatches, two batches a step', { microbatch: 2, accumulate: 2 }],
    ['with cached gradients', { microbatch: 2, cachedGradients: true }],
    ['left out for a while', { curriculum: [{ inputs: ['left'], from: 3 }] }],
    ['dropped from the fusion at random', { inputDropout: 0.4 }],
  ])('are computed once and train the same: %s', async (_, options) => {
    const once = await run('once', options);
    const anew = await run('anew', { ...options, keepFrozenMb: 0 });
    expect([kept(once), kept(anew)]).toEqual([true, false]);
    expect(once.losses[0]).toBeCloseTo(anew.losses[0]!, 5);
    // Rows of other lengths are summed in another order; steps make more of the last bits.
    expect(difference(once, anew)).toBeLessThan(1e-3);
    expect([once.inSteps, anew.inSteps > 0]).toEqual([0, true]);
  });

  it('are the same bytes again when a stopped run goes on', async () => {
    const whole = await run('whole', {});
    await run('parts', {}, { stopAt: 3 });
    const rest = await run('parts', {});
    expect([kept(rest), rest.losses.length]).toEqual([true, 5]);
    expect(difference(whole, rest)).toBe(0);
  });

  const { encode } = seriesAdapter({ id: 'test-counted' });
  it.each<[string, Partial<Config['train']>, Given?]>([
    ['a weight of it trains', { freeze: ['left/embed/*'] }],
    ['it is frozen for some steps alone', { freeze: [{ weights: 'left/*', until: 6 }] }],
    ['low-rank weights adapt it', { lora: [{ weights: 'left/embed/*', rank: 1 }], freeze: ['right/*'] }],
    ['it hides tokens', {}, { config: { masking: { left: { kind: 'random', ratio: 0.5 } } } }],
    ['its samples are augmented', {}, { change: { augment: (prepared) => prepared } }],
    [
      'it drops values out',
      {},
      {
        change: {
          encode: (batch, step, context) => {
            const tokens = encode(batch, step, context);
            const { random, training } = context;
            const keep = tf.cast(tf.greater(random.uniform('drop', tokens.values.shape), 0.5), 'float32');
            return { ...tokens, values: training ? tf.mul(tokens.values, keep) : tokens.values };
          },
        },
      },
    ],
    ['padding changes it', {}, { change: { supports: { positions: [], masks: [], paddingInvariant: false } } }],
    ['a run is short', { steps: 6 }],
  ])('are computed in every step where %s', async (_, options, given) => {
    expect(kept(await run('run', options, given))).toBe(false);
  });
});
