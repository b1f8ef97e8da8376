import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findNative, selectBackend } from '@modalkit/backend';
import type { Backend, LiveEvent, LiveSource, ReadyProgram } from '@modalkit/contract';
import {
  anomaly,
  type Config,
  classify,
  createRuntime,
  crossEntropy,
  inputShares,
  type LiveResult,
  late,
  type OpenRun,
  openRun,
  train,
  watchedOf,
} from '@modalkit/core';
import { sensor } from '@modalkit/sensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memory } from './memory.js';

const RATE = 50;
const native = await findNative();

/** So many seconds about a level, in two channels. */
function packets(level: number, salt: number, start = 0, seconds = 1) {
  const times = Float64Array.from({ length: seconds * RATE }, (_, at) => start + at / RATE);
  const values = Float32Array.from(times, (_, at) => level + 0.3 * Math.sin(salt + at));
  return { times, channels: { x: values, y: values.map((value) => -value) } };
}

const samples = Array.from({ length: 24 }, (_, row) => {
  const raw = (salt: number) => {
    const { times, channels } = packets(row % 2 === 0 ? 1 : -1, row + salt);
    return { channels: { x: { times, values: channels.x }, y: { times, values: channels.y } } };
  };
  const inputs = { ...(row % 3 !== 1 && { front: raw(0) }), ...(row % 4 !== 3 && { rear: raw(9) }) };
  return {
    id: `s${row}`,
    split: row < 16 ? 'train' : 'test',
    inputs,
    targets: { way: row % 2 === 0 ? 'up' : 'down' },
  };
});

function config(): Config {
  const channels = { x: { rate: RATE }, y: { rate: RATE } };
  const motion = () => sensor({ channels, window: 0.1, chunk: 10, width: 16, layers: 2, heads: 2 });
  return {
    inputs: { front: motion(), rear: motion() },
    space: { width: 16 },
    fusion: late(),
    heads: {
      way: classify({ classes: ['up', 'down'] }),
      odd: anomaly({ from: ['front', 'rear'], neighbours: 1 }),
    },
    objectives: { way: crossEntropy({ head: 'way' }) },
    data: { source: memory(samples), batch: 8, workers: 0, cache: false },
    train: { steps: 6, learningRate: 0.01 },
  };
}

/**
 * Plays packets: 4 s of two streams, with a gap in one of them. Their levels are not those of the samples: beside a normal sample a
 * distance is the square root of what rounding leaves.
 */
function feedOf(salt: number, gapped: boolean) {
  const events: LiveEvent[] = [];
  for (let second = 0; second < 4; second++) {
    if (gapped && second === 2) events.push({ kind: 'gap', time: [2, 3], reason: 'unplugged' });
    else {
      const { times, channels } = packets(second < 2 ? 0.2 : -0.2, salt + second, second);
      const numbers = times.map(() => Number.NaN);
      const value = { times, sequence: numbers, device: times, channels };
      events.push({ kind: 'data', value, time: [times[0]!, times.at(-1)!], arrived: second });
    }
  }
  const open = () => ({
    counters: () => ({}),
    async *[Symbol.asyncIterator]() {
      yield* events;
    },
  });
  return { source: { id: 'test', address: 'test' } as LiveSource, open };
}

describe.runIf(native)('a sample asked as one graph', { timeout: 120_000 }, () => {
  let folder: string;
  const runs: OpenRun[] = [];
  const ready: ReadyProgram[] = [];
  const notices: string[] = [];

  /** The run, opened on a backend with graphs, or without. */
  async function open(captured: boolean): Promise<OpenRun> {
    const backend = await selectBackend();
    const capture: Backend['capture'] = (program, notice) => {
      const made = backend.capture!(program, notice);
      ready.push(made as unknown as ReadyProgram);
      return made;
    };
    const runtime = createRuntime(config(), { folder: '/' });
    const notice = (sentence: string) => notices.push(sentence);
    runs.push(
      await openRun({ runtime, backend: { ...backend, capture: captured ? capture : undefined }, folder, notice }),
    );
    return runs.at(-1)!;
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'modalkit-asking-'));
    const runtime = createRuntime(config(), { folder: '/' });
    await train({ runtime, backend: await selectBackend(), folder });
  }, 120_000);
  afterAll(async () => {
    for (const run of runs) await run.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it('is recorded once the same shapes have come often, and answers within 1e-5 of before', async () => {
    const [run, eager] = [await open(true), await open(false)];
    const count = ready.length;
    // One with both inputs, one that lacks the first; neither is in the bank of normal samples: of a distance of 0
    // the square root leaves chance alone.
    const asked = [samples[17]!, samples[16]!];
    const expected = await Promise.all(asked.map(async ({ inputs }) => eager.score(inputs)));
    for (let round = 0; round < 16; round++) for (const { inputs } of asked) await run.score(inputs);
    expect(ready.length).toBe(count);
    for (const [at, { inputs }] of asked.entries()) {
      expectClose(await run.score(inputs), expected[at]!);
      expectClose(await run.classify(inputs), await eager.classify(inputs));
    }
    const info = ready.slice(count).map((each) => each.info());
    expect(info).toMatchObject([{ mode: 'captured', graphs: [{ runs: 2 }, { runs: 2 }] }]);
  });

  it('is one graph for a live session, whatever is at hand, from its opening on', async () => {
    const count = ready.length;
    const live = async (run: OpenRun) => {
      const session = run.live({ front: feedOf(100.5, false), rear: feedOf(105.5, true) }, { lossless: true });
      const watched = watchedOf(run.runtime, 'way');
      const results: (LiveResult & { shares: object })[] = [];
      for await (const report of session)
        if (report.kind === 'result') results.push({ ...report, shares: await inputShares(session, report, watched) });
      return results;
    };
    const [captured, expected] = [await live(await open(true)), await live(await open(false))];
    const about = (results: readonly LiveResult[]) =>
      results.map(({ input, inputs, time }) => ({ input, inputs, time }));
    expect(about(captured)).toEqual(about(expected));
    expect(new Set(captured.map(({ inputs }) => inputs.join('+')))).toEqual(new Set(['front', 'front+rear']));
    for (const [at, { classes, scores, shares }] of captured.entries()) {
      const other = expected[at]!;
      expectClose({ classes, scores, shares }, { classes: other.classes, scores: other.scores, shares: other.shares });
    }
    const info = ready.slice(count).map((each) => each.info());
    expect(info).toMatchObject([{ mode: 'captured', graphs: [{}] }]);
    expect(notices).toEqual([]);
  });
});

/** The same names and words, and numbers within 1e-5. */
function expectClose(found: object, expected: object): void {
  const numbers: [number, number][] = [];
  const words = (value: unknown, other: unknown): unknown => {
    if (typeof value === 'number') numbers.push([value, other as number]);
    if (typeof value !== 'object' || value === null) return typeof value === 'number' ? 'a number' : value;
    return Object.fromEntries(
      Object.entries(value).map(([name, own]) => [name, words(own, (other as Record<string, unknown>)?.[name])]),
    );
  };
  expect(words(found, expected)).toEqual(words(expected, found));
  expect(numbers.length).toBeGreaterThan(0);
  for (const [value, other] of numbers)
    expect(Math.abs(value - other)).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(other)));
}
