import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ADAPTER,
  type Adapter,
  type Backend,
  CONTRACT,
  definePlugin,
  type LiveEvent,
  type LiveWindow,
} from '@modalkit/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inputShares, watchedOf } from '../../src/alarm/index.js';
import { late } from '../../src/fusion/index.js';
import { classify } from '../../src/heads/index.js';
import { type OpenRun, openRun } from '../../src/infer/index.js';
import type { LiveReport, LiveResult, LiveSession, SessionOptions } from '../../src/live/index.js';
import { retrieval } from '../../src/metrics/index.js';
import { crossEntropy, infoNCE } from '../../src/objectives/index.js';
import { train } from '../../src/train/index.js';
import { seriesAdapter } from '../fixtures/series-plugin.js';
import { memory, project, testModel } from '../fixtures/test-project.js';
import { type Act, datum, gap, scriptedSource } from './scripted-source.js';

const WINDOW = 3;

/** Numbers as they come, three a window; what is left at the end is a shorter window. */
const live = definePlugin((id: string) => ({
  id,
  contract: CONTRACT,
  setup: (scope) => scope.provide(ADAPTER, () => ({ ...seriesAdapter({ id }), stream: cutThrees, standardScores })),
}));

const cutThrees: Adapter['stream'] = () => {
  let held: Extract<LiveEvent, { kind: 'data' }>[] = [];
  const windowOf = (): LiveWindow<Float32Array> => {
    const prepared = Float32Array.from(held, ({ value }) => value as number);
    const [first, last] = [held[0]!, held.at(-1)!];
    held = [];
    return { prepared, time: [first.time[0], last.time[1]], arrived: last.arrived };
  };
  const flush = () => (held.length > 0 ? [windowOf()] : []);
  return {
    flush,
    push: (event) => {
      if (event.kind === 'gap') return flush();
      held.push(event);
      return held.length === WINDOW ? [windowOf()] : [];
    },
  };
};

/** As if the mean were 0 in training, and the deviation 1. */
const standardScores: Adapter['standardScores'] = (prepared) => {
  const values = [...(prepared as Float32Array)];
  const squares = values.reduce((sum, value) => sum + value ** 2, 0);
  return [{ name: 'value', count: values.length, sum: values.reduce((sum, value) => sum + value, 0), squares }];
};

/** Numbers about 1 are `up`, about -1 `down`, in both inputs. */
const samples = Array.from({ length: 24 }, (_, index) => {
  const sign = index % 2 === 0 ? 1 : -1;
  const numbers = (salt: number) => Array.from({ length: WINDOW }, (_, at) => sign + 0.1 * Math.sin(index + at + salt));
  return {
    id: `s${index}`,
    split: index < 16 ? 'train' : 'test',
    inputs:
      index % 3 === 0 ? { a: numbers(0) } : index % 3 === 1 ? { b: numbers(1) } : { a: numbers(2), b: numbers(3) },
    targets: { way: sign > 0 ? 'up' : 'down' },
  };
});

let [root, backend] = ['', undefined as unknown as Backend];
const models: OpenRun[] = [];

async function trained(name: string, headed: boolean): Promise<OpenRun> {
  const inputs = { a: live('test-a'), b: live('test-b') };
  const runtime = () =>
    project({
      inputs,
      fusion: late(),
      heads: headed ? { way: classify({ classes: ['up', 'down'] }) } : {},
      objectives: headed ? { way: crossEntropy({ head: 'way' }) } : { contrast: infoNCE({ pairs: [['a', 'b']] }) },
      metrics: headed ? {} : { retrieval: retrieval({ pairs: [['a', 'b']] }) },
      data: { source: memory(samples), batch: 8, workers: 0, cache: false },
      train: { steps: headed ? 12 : 2, learningRate: 0.05, warmUp: 0 },
    });
  backend ??= (await testModel(runtime())).backend;
  const folder = join(root, name);
  await train({ runtime: runtime(), backend, folder });
  const model = await openRun({ runtime: runtime(), backend, folder });
  models.push(model);
  return model;
}

let [classes, plain] = [undefined as unknown as OpenRun, undefined as unknown as OpenRun];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'modalkit-live-'));
  classes = await trained('headed', true);
  plain = await trained('plain', false);
});
afterAll(async () => {
  for (const model of models) await model.dispose();
  await rm(root, { recursive: true, force: true });
});

function session(run: OpenRun, scripts: Record<string, Act[]>, options: SessionOptions = {}): LiveSession {
  const feeds = Object.fromEntries(
    Object.entries(scripts).map(([name, script]) => {
      const source = scriptedSource(script);
      return [name, { source, open: (context: never) => source.open(context) }];
    }),
  );
  return run.live(feeds, { lossless: true, ...options });
}

async function all(reports: AsyncIterable<LiveReport>): Promise<LiveReport[]> {
  const seen: LiveReport[] = [];
  for await (const report of reports) seen.push(report);
  return seen;
}

const results = (reports: readonly LiveReport[]) => reports.filter(({ kind }) => kind === 'result') as LiveResult[];
const numbers = (value: number, from: number, count = WINDOW) =>
  Array.from({ length: count }, (_, at) => datum(value, from + at * 0.1));

describe('a trained model on live input', () => {
  it('says the class of each window, from one input alone with the other absent', async () => {
    const live = session(classes, { a: [...numbers(1, 0), ...numbers(-1, 5), ...numbers(1, 9)] });
    const seen = results(await all(live));
    expect(seen.map(({ classes }) => classes.way!.name)).toEqual(['up', 'down', 'up']);
    expect(seen.every(({ classes }) => classes.way!.score > 0.6 && classes.way!.score <= 1)).toBe(true);
    expect(seen.map(({ inputs }) => inputs)).toEqual([['a'], ['a'], ['a']]);
    expect(live.counts()).toEqual({ a: { windows: 3, answered: 3, bad: 0, dropped: 0 } });
    expect(live.counters()).toEqual({ a: { used: 9, lost: 0 } });
  });

  it('asks about inputs of one moment together, and only those', async () => {
    const live = session(classes, { a: numbers(1, 0), b: [...numbers(1, 0.5), ...numbers(-1, 8)] });
    const seen = results(await all(live));
    // a: 0 to 0.2; b: 0.5 to 0.7, which is 0.3 s from it, and 8 to 8.2, long after
    expect(seen.map(({ input, inputs }) => `${input}: ${inputs}`)).toEqual(['a: a', 'b: a,b', 'b: b']);
  });

  it('asks once about windows that end together: each has an answer of its own, with all of them', async () => {
    const a = [...numbers(1, 0), ...numbers(1, 5), ...numbers(1, 9)];
    const live = session(classes, { a, b: [...numbers(-1, 0), ...numbers(1, 5)] });
    const seen = results(await all(live));
    expect(seen.map(({ input, inputs }) => `${input}: ${inputs}`)).toEqual([
      ...['a: a,b', 'b: a,b', 'a: a,b', 'b: a,b', 'a: a'],
    ]);
    expect(seen[1]!.classes).toEqual(seen[0]!.classes);
    expect(seen[2]!.classes).not.toEqual(seen[0]!.classes);
    const counts = (answered: number) => ({ windows: answered, answered, bad: 0, dropped: 0 });
    expect(live.counts()).toEqual({ a: counts(3), b: counts(2) });
  });

  it('asks about the other windows of a moment when one of them cannot be read', async () => {
    const live = session(classes, { a: [...numbers(Number.NaN, 0), ...numbers(1, 5)], b: numbers(-1, 0) });
    const seen = (await all(live)).filter(({ kind }) => kind !== 'end');
    expect(seen).toMatchObject([
      { kind: 'bad', input: 'a' },
      { kind: 'result', input: 'b', inputs: ['b'] },
      { kind: 'result', input: 'a', inputs: ['a'] },
    ]);
    expect(live.counts()).toMatchObject({ a: { answered: 1, bad: 1 }, b: { answered: 1, bad: 0 } });
  });

  it('says the same of a recording at whatever pace it is taken', async () => {
    const windows = (count: number, every: number, values: readonly number[]) =>
      Array.from({ length: count }, (_, at) => numbers(values[at % values.length]!, at * every)).flat();
    const scripts = () => ({
      a: [...windows(12, 1, [1, -1, 0.5]), gap(12, 14), ...numbers(1, 14)],
      b: [...windows(20, 0.7, [-1, 0.2]), new Error('the cable is out')],
    });
    const taken = async (pause: number) => {
      const seen: object[] = [];
      for await (const report of session(classes, scripts())) {
        seen.push({ ...report, latencyMs: 0 });
        if (pause > 0 && seen.length % 3 === 0) await sleep(pause);
      }
      return seen;
    };
    const quick = await taken(0);
    expect(quick.length).toBeGreaterThan(33);
    expect(await taken(10)).toEqual(quick);
  });

  it('gives the vector that the run gives for the same numbers, whatever else is at hand', async () => {
    const numbers = samples[0]!.inputs.a!;
    const expected = await classes.embed('a', [numbers]);
    const script = (values: readonly number[], from: number) =>
      values.map((value, at) => datum(value, from + at * 0.1));
    const asked = { search: { inputs: { a: ['a'] }, top: 1 } };
    const found = async (scripts: Record<string, Act[]>) =>
      results(await all(session(classes, scripts, asked))).find(({ input }) => input === 'a')!;
    const alone = await found({ a: script(numbers, 1) });
    const beside = await found({ a: script(numbers, 1), b: script([-1, -1, -1], 0.5) });
    const [match] = await classes.search(expected, 'a', 1);
    expect(alone.matches[0]!.score).toBe(match!.score);
    expect(beside.matches[0]!.score).toBe(match!.score);
    // the head reads what is fused: the other input changes it
    expect(beside.inputs).toEqual(['a', 'b']);
    expect(beside.classes.way!.score).not.toBe(alone.classes.way!.score);
    expect(alone.classes).toEqual(await classes.classify({ a: numbers }));
  });

  it('takes a gap as absence: what was before it is not asked about again', async () => {
    const before = numbers(1, 0);
    const live = session(
      classes,
      {
        a: [...before, gap(0.3, 0.5), 60],
        b: [30, ...numbers(-1, 0.5)],
      },
      { lossless: false },
    );
    const seen = await all(live);
    expect(seen).toContainEqual({ kind: 'gap', input: 'a', time: [0.3, 0.5], reason: 'unplugged' });
    expect(results(seen).map(({ input, inputs }) => `${input}: ${inputs}`)).toEqual(['a: a', 'b: b']);
    // the control: without the gap both are asked about
    const whole = session(classes, { a: [...before, 60], b: [30, ...numbers(-1, 0.5)] }, { lossless: false });
    expect(results(await all(whole)).map(({ inputs }) => `${inputs}`)).toEqual(['a', 'a,b']);
  });

  it('goes on when a stream is lost, and says which and why', async () => {
    const live = session(classes, { a: [...numbers(1, 0), new Error('the cable is out')], b: [20, ...numbers(-1, 4)] });
    const seen = await all(live);
    const ends = seen.filter(({ kind }) => kind === 'end') as Extract<LiveReport, { kind: 'end' }>[];
    expect(ends.map(({ input, error }) => `${input} ${error?.message}`)).toEqual([
      'a Stream "a" (test-scripted, script): the cable is out',
      'b undefined',
    ]);
    expect(results(seen).map(({ input }) => input)).toEqual(['a', 'b']);
  });

  it('sets aside a window with a value that is not finite, and counts it', async () => {
    const live = session(classes, { a: [...numbers(1, 0), ...numbers(Number.NaN, 1), ...numbers(-1, 2)] });
    const seen = await all(live);
    expect(seen.map(({ kind }) => kind)).toEqual(['result', 'bad', 'result', 'end']);
    expect(seen[1]).toMatchObject({
      input: 'a',
      reason: expect.stringMatching(/numbers holds a value that is not finite/),
    });
    expect(live.counts().a).toEqual({ windows: 3, answered: 2, bad: 1, dropped: 0 });
  });

  it('drops the oldest windows when it is slower than the input, and counts them', async () => {
    const script = Array.from({ length: 40 }, (_, at) => numbers(at, at)).flat();
    const live = session(classes, { a: script }, { lossless: false });
    const seen: LiveReport[] = [];
    for await (const report of live) {
      seen.push(report);
      await sleep(20);
    }
    const { windows, answered, dropped } = live.counts().a!;
    expect(windows).toBe(40);
    expect(dropped).toBeGreaterThan(20);
    expect(answered + dropped).toBe(windows);
    expect(results(seen)).toHaveLength(answered);
    // the newest are kept
    expect(results(seen).at(-1)!.time[0]).toBe(39);
    // the control: nothing is lost when it waits
    const waiting = session(classes, { a: script });
    expect(results(await all(waiting))).toHaveLength(40);
  });

  it('says once that nothing comes', async () => {
    const live = session(classes, { a: [...numbers(1, 0), 3000, ...numbers(1, 3)] }, { lossless: false });
    const seen = await all(live);
    expect(seen.map(({ kind }) => kind)).toEqual(['result', 'silent', 'result', 'end']);
  });

  it('answers with the best samples of the run where no head answers', async () => {
    const live = session(plain, { a: numbers(1, 0) }, { search: { inputs: { a: ['b'] }, top: 2 } });
    const [result] = results(await all(live));
    expect(result!.classes).toEqual({});
    expect(result!.matches).toHaveLength(2);
    expect(result!.matches[0]!.score).toBeGreaterThanOrEqual(result!.matches[1]!.score);
    expect(result!.matches[0]).toMatchObject({ input: 'b', sample: { split: 'test' } });
  });

  it('ends at the signal, and when nobody listens any more', async () => {
    const controller = new AbortController();
    const endless = Array.from({ length: 3000 }, (_, at) => [1, ...numbers(1, at)]).flat();
    const live = session(classes, { a: endless }, { signal: controller.signal });
    const seen: LiveReport[] = [];
    for await (const report of live) {
      seen.push(report);
      if (seen.length === 3) controller.abort();
    }
    expect(seen).toHaveLength(3);
    const left = session(classes, { a: endless });
    for await (const _ of left) break;
    const { used } = left.counters().a!;
    await sleep(30);
    expect(left.counters().a!.used).toBe(used);
  });

  it('tells what each input adds to a level: all of it together, and the more the more it points there', async () => {
    const live = session(classes, { a: [...numbers(1, 0), ...numbers(1, 9)], b: numbers(-1, 0.1) });
    const watched = watchedOf(classes.runtime, 'way=up');
    const found: Record<string, number>[] = [];
    for await (const report of live)
      if (report.kind === 'result') {
        const shares = await inputShares(live, report, watched);
        found.push(shares);
        expect(Object.keys(shares)).toEqual(report.inputs);
        expect(Object.values(shares).reduce((sum, share) => sum + share)).toBeCloseTo(watched.level(report)!, 6);
      }
    const [, both, alone] = found;
    expect(both!.a).toBeGreaterThan(both!.b! + 0.1);
    expect(Object.keys(alone!)).toEqual(['a']);
  });

  it('says once when an input is not what it was in training, and once when that is over', async () => {
    const windows = (values: readonly number[], from: number, count: number) =>
      Array.from({ length: count }, (_, at) => numbers(values[at % values.length]!, from + at * 0.3)).flat();
    // 18 s of +1 and -1 by turns, which is as in training; 18 s of 9; and +1 and -1 again
    const script = [...windows([1, -1], 0, 60), ...windows([9], 18, 60), ...windows([1, -1], 36, 120)];
    const drifts = (await all(session(classes, { a: script }))).filter(({ kind }) => kind === 'drift');
    expect(drifts).toMatchObject([
      { input: 'a', series: 'value', over: false },
      { input: 'a', series: 'value', over: true },
    ]);
    expect(await all(session(classes, { a: script }, { drift: 50 }))).not.toContainEqual(
      expect.objectContaining({ kind: 'drift' }),
    );
  });

  it('leaves no tensor behind', async () => {
    const { tf } = backend;
    const before = tf.memory().numTensors;
    const script = Array.from({ length: 20 }, (_, at) => numbers(at % 5 === 4 ? Number.NaN : 1, at)).flat();
    await all(session(classes, { a: [...script, gap(30, 31)], b: numbers(1, 2) }));
    for await (const _ of session(classes, { a: script })) break;
    expect(tf.memory().numTensors).toBe(before);
  });

  it('tells the latency from the arrival of the last datum of a window', async () => {
    // by the script all three arrived at second 0 of the clock, and are yielded after 0.12 s
    const live = session(classes, { a: [120, datum(1, 0), datum(1, 0), datum(1, 0)] });
    const [result] = results(await all(live));
    expect(result!.latencyMs).toBeGreaterThanOrEqual(119);
    expect(result!.latencyMs).toBeLessThan(2000);
  });
});
