import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRuntime, readRecording } from '@modalkit/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plan } from '../../recipes/machine/plan.mjs';
import { play } from '../../recipes/machine/play.mjs';
import { rigOf } from '../../recipes/machine/rig/rig.mjs';
import { IMU_RATE } from '../../recipes/machine/rig/senses.mjs';
import { writeSession } from '../../recipes/machine/rig/write-session.mjs';
import { summarise } from '../../recipes/machine/summary.mjs';
import { alarmsOf } from '../../recipes/machine/watch.mjs';
import { modalkit } from '../journeys/tools/modalkit.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const INPUTS = ['front', 'rear', 'sound', 'view'];
const full = process.env.MODALKIT_FULL === '1';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modalkit-machine-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the rig', () => {
  const SECONDS = 13;
  const RUNS = 9;
  type Fault = 'imbalance' | 'misalignment' | 'looseness' | 'bearing';
  /** Of the seconds in which the shaft turns fast. */
  const told = (fault?: Fault) => {
    const wrong = fault ? [{ fault, start: 0, end: 1e9, severity: 1 }] : [];
    const rig = rigOf({ machine: 'm', day: 'd', seconds: SECONDS + RUNS, wrong });
    const seconds = [...rig.seconds()].slice(RUNS, SECONDS);
    return { seconds, labels: rig.labels() };
  };
  const loud = (values: readonly ArrayLike<number>[]) => {
    const all = values.flatMap((part) => Array.from(part));
    const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
    return Math.sqrt(all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length);
  };
  const sound = told();

  it('is the same whenever it is asked', () => {
    expect(told()).toEqual(sound);
  });

  it('each fault shows where its physics say: across, at the coupling in front, at the rear foot, in the sound', () => {
    const across = (of: ReturnType<typeof told>) => loud(of.seconds.map(({ front }) => front[0]!));
    const behind = (of: ReturnType<typeof told>) => loud(of.seconds.map(({ rear }) => rear[0]!));
    const up = (of: ReturnType<typeof told>) => loud(of.seconds.map(({ rear }) => rear[1]!));
    const heard = (of: ReturnType<typeof told>) => loud(of.seconds.map(({ sound: samples }) => samples));
    expect(across(told('imbalance')) / across(sound)).toBeGreaterThan(1.5);
    const bent = told('misalignment');
    expect(across(bent) / across(sound)).toBeGreaterThan(1.5 * (behind(bent) / behind(sound)));
    expect(up(told('looseness')) / up(sound)).toBeGreaterThan(1.3);
    expect(heard(told('bearing')) / heard(sound)).toBeGreaterThan(1.3);
  });

  it('at rest no fault shows, and none is said', () => {
    expect(sound.labels).toEqual([{ start: 0, end: SECONDS + RUNS, label: 'normal' }]);
    const { labels } = told('bearing');
    expect(labels[0]!.label).toBe('bearing');
    expect(labels[0]!.start).toBeGreaterThan(3);
  });
});

it('a session is a recording like any other: read, and cut into windows', async () => {
  const wrong = [{ fault: 'imbalance', start: 7, end: 8, severity: 1 }] as const;
  await writeSession(join(folder, 'm-1'), { machine: 'm-1', day: 'day-1', seconds: 18, wrong });
  const { streams, seconds, machine } = await readRecording(join(folder, 'm-1'));
  expect([seconds, machine, streams.map(({ name }) => name)]).toEqual([18, 'm-1', INPUTS]);
  const rows = (await readFile(join(folder, 'm-1', 'front.csv'), 'utf8')).trimEnd().split('\n');
  expect(rows).toHaveLength(1 + 18 * IMU_RATE);
  const labels = (await readFile(join(folder, 'm-1', 'labels.jsonl'), 'utf8')).trimEnd().split('\n');
  expect(labels.map((line) => JSON.parse(line))).toContainEqual(
    expect.objectContaining({ label: 'imbalance', start: 7, end: 8 }),
  );
});

it('the plan: no machine in two splits, faults alike often, none where a machine stops', () => {
  const sessions = plan(5);
  expect(new Set(sessions.map(({ machine }) => machine)).size).toBe(sessions.length);
  const watched = sessions.filter(({ split }) => split === 'watched');
  expect(watched.reduce((sum, { seconds }) => sum + seconds, 0)).toBe(5 * 3600);
  for (const split of ['test', 'watched']) {
    const kinds = sessions.filter((each) => each.split === split).flatMap(({ wrong = [] }) => wrong);
    const counts = ['imbalance', 'misalignment', 'looseness', 'bearing'].map(
      (kind) => kinds.filter(({ fault }) => fault === kind).length,
    );
    expect(new Set(counts).size).toBe(1);
  }
  for (const { stopEvery = 0, wrong = [] } of watched)
    for (const { start, end } of wrong) expect(Math.floor(start / stopEvery)).toBe(Math.floor(end / stopEvery));
  for (const { wrong = [] } of sessions.filter(({ split }) => split === 'train' || split === 'calibration'))
    expect(wrong).toEqual([]);
});

it('the config composes, and trains on normal windows alone', async () => {
  const { default: given } = await import(join(ROOT, 'recipes/machine/modalkit.config.ts'));
  const runtime = createRuntime(given, { folder: join(ROOT, 'recipes/machine') });
  expect(runtime.inputNames).toEqual(INPUTS);
  expect(runtime.config.train.only).toEqual({ label: ['normal', null] });
  await runtime.dispose();
});

it('alarms by hand', () => {
  const wrong = [
    { fault: 'bearing', start: 100, end: 112 },
    { fault: 'looseness', start: 200, end: 212 },
    { fault: 'imbalance', start: 300, end: 312 },
  ];
  // Found after 0.8 and 1.4 s; the third is not. 50 is of no fault, 213 the housing that shakes on.
  const raised = [50, 100.8, 201.4, 213];
  const windows = [10, 99.5, 105, 150, 151].map((start) => ({ start, anomalous: start === 150 || start === 105 }));
  expect(alarmsOf([{ seconds: 1800, wrong, raised, windows }])).toEqual({
    hours: 0.5,
    faults: 3,
    found: 2,
    alarmDelayMs: 1400,
    falseAlarms: 1,
    falseAlarmsPerHour: 2,
    anomalousWindows: 1,
    normalWindows: 3,
  });
});

it('the summary says what holds', () => {
  const of = (value: number) => ({ value, low: value - 0.01, high: value + 0.01, n: 100 });
  const values = (auroc: number, rest: number) => ({
    'auroc/watch': of(auroc),
    ...Object.fromEntries(
      INPUTS.flatMap((input) => [
        [`auroc/watch/without/${input}`, of(rest)],
        [`auroc/watch/alone/${input}`, of(rest)],
      ]),
    ),
  });
  const watched = {
    ...{ hours: 5, faults: 24, found: 24, alarmDelayMs: 800, falseAlarms: 2, falseAlarmsPerHour: 0.4 },
    ...{ anomalousWindows: 15, normalWindows: 1000 },
  };
  const asked = { inputs: INPUTS, calibrated: 0.01 };
  const good = summarise(values(0.99, 0.95), watched, asked);
  expect(Object.values(good.holds)).toEqual(Array(6).fill(true));
  expect(good.fused.verdict).toBe('better');
  const bad = summarise(values(0.94, 0.88), { ...watched, hours: 1, alarmDelayMs: 1200, anomalousWindows: 30 }, asked);
  expect(bad.holds).toEqual({
    ...{ auroc: false, missingOne: false, fused: true, alarmDelayMs: false },
    ...{ falseAlarmsPerHour: false, calibrated: false },
  });
  expect(summarise(values(0.96, 0.97), watched, asked).fused.verdict).toBe('equal within its interval');
  expect(summarise(values(0.9, 0.97), watched, asked).holds.fused).toBe(false);
});

describe.runIf(full)('from pseudo-terminals and pipes', () => {
  it('is recorded by the command, all four streams', { timeout: 120_000 }, async () => {
    const session = join(folder, 'bench');
    await writeSession(session, { machine: 'bench', day: 'day-1', seconds: 12 });
    const bin = join(ROOT, 'packages/cli/bin.mjs');
    const { addresses, close } = await play({ session, seconds: 12, pipes: folder, bin });
    const plugins: Record<string, string> = { front: 'sensor', rear: 'sensor', sound: 'audio', view: 'video' };
    const sources = INPUTS.flatMap((name) => ['--source', `${name}=${plugins[name]}:${addresses[name]}`]);
    const out = join(folder, 'recorded');
    const { code, stderr } = await modalkit([
      'record',
      ...sources,
      '--seconds',
      '10',
      '--label',
      'normal',
      '--out',
      out,
    ]);
    await close();
    expect(code, stderr).toBe(0);
    const { streams } = await readRecording(out);
    expect(streams.map(({ name }) => name)).toEqual(INPUTS);
    for (const { known, counters } of streams) {
      expect(known![1] - known![0]).toBeGreaterThan(6);
      expect(known![1]).toBeLessThan(11);
      expect(counters.used).toBeGreaterThan(0);
    }
    const cut = ['--length', '1', '--split', 'train=1', '--out', join(folder, 'windows.jsonl')];
    const sliced = await modalkit(['slice', out, ...cut]);
    expect(sliced.code, sliced.stderr).toBe(0);
    const windows = (await readFile(join(folder, 'windows.jsonl'), 'utf8')).trimEnd().split('\n');
    const whole = windows.map((line) => JSON.parse(line)).filter((row) => INPUTS.every((input) => row[input]));
    expect(whole.length).toBeGreaterThan(4);
  });
});
