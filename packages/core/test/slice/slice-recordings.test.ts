import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { RecordingLabel } from '../../src/live/index.js';
import { type SliceOptions, sliceRecordings } from '../../src/slice/index.js';
import { streamOf, writeRecording } from './write-recording.js';

const roots: string[] = [];
let root: string;
let out: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'modalkit-slice-'));
  roots.push(root);
  out = join(root, 'windows.jsonl');
});
afterAll(async () => {
  for (const each of roots) await rm(each, { recursive: true, force: true });
});

const write = (name: string, ...rest: [Parameters<typeof writeRecording>[1]?, Parameters<typeof writeRecording>[2]?]) =>
  writeRecording(join(root, name), ...rest);
const event = (start: number, end: number, label: string): RecordingLabel => ({ start, end, label, source: 'me' });

function slice(recordings: readonly string[], changes: Partial<SliceOptions> = {}) {
  const options: Omit<SliceOptions, 'recordings' | 'out'> = {
    ...{ length: 2, stride: 2, target: 'label', coverage: 0.5 },
    ...{ shares: { train: 1 }, held: {}, seed: 0 },
    rule: 'any',
    group: 'recording',
  };
  return sliceRecordings({ ...options, out, recordings, ...changes });
}

interface Row {
  readonly id: string;
  readonly split: string;
  readonly group: string;
  readonly pen?: { readonly file: string; readonly start: number; readonly end: number };
  readonly label?: string;
  readonly remaining?: number;
}

const rows = async (): Promise<Row[]> =>
  (await readFile(out, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
const labels = async () => (await rows()).map(({ label }) => label ?? '-').join(' ');

describe('what remains', () => {
  const lives = async () => (await rows()).map(({ remaining }) => remaining ?? '-').join(' ');

  it('is the time from the end of a window to the next event of that name, and unknown after the last', async () => {
    const events = [event(5, 6.5, 'bearing'), event(1, 2, 'knock'), event(9.5, 9.5, 'bearing')];
    const sliced = await slice([await write('a', {}, events)], {
      length: 1,
      stride: 1,
      remaining: { label: 'bearing' },
    });
    // Windows end at 1, 2, … 10; those from 5 to 7 and from 9 to 10 are touched.
    expect(await lives()).toBe('4 3 2 1 0 - - 1.5 0.5 -');
    expect(sliced.remaining).toBe(7);
  });

  it('is at most the limit, which a recording that goes on as long has too', async () => {
    const folders = [await write('a', {}, [event(8, 10, 'bearing')]), await write('b')];
    await slice(folders, { length: 2, stride: 2, remaining: { label: 'bearing', limit: 4 } });
    // a: 6, 4, 2 and 0 s before 8, then touched; b ends 8, 6, 4, 2 and 0 s after its windows.
    expect(await lives()).toBe('4 4 2 0 - 4 4 4 - -');
  });
});

describe('windows', () => {
  it('are stretches of each stream by length and stride, whole ones only', async () => {
    const folder = await write('a/一', { streams: [streamOf(), streamOf({ name: 'sound', file: 'sound.wav' })] });
    const sliced = await slice([folder], { length: 3, stride: 2.5 });
    // (10 - 3) / 2.5 = 2.8: windows at 0, 2.5 and 5
    expect(await rows()).toEqual(
      [0, 2.5, 5].map((start) => ({
        ...{ id: `a/一@${start}`, split: 'train', group: 'a/一' },
        pen: { file: 'a/一/pen.csv', start, end: start + 3 },
        sound: { file: 'a/一/sound.wav', start, end: start + 3 },
      })),
    );
    expect(sliced).toEqual({
      ...{ windows: 3, unknown: 0, splits: { train: 3 }, labels: {}, absent: {}, groups: { train: ['a/一'] } },
      largestFile: 9,
      remaining: 0,
    });
  });

  it('fill a recording to its end, though strides add up to a little more', async () => {
    await slice([await write('a', { seconds: 1 })], { length: 0.3, stride: 0.1 });
    expect((await rows()).map(({ pen }) => pen!.start)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
  });

  it('lack a stream of which too little is known: gaps, its beginning and end, and when it was lost', async () => {
    const streams = [
      // window 0 known for 1.1 s of 2, window 1 for 0.9 s, window 4 for 0.5 s
      streamOf({
        known: [0.9, 8.5],
        gaps: [
          { time: [2.5, 3], reason: 'a' },
          { time: [2.9, 3.6], reason: 'b' },
        ],
      }),
      streamOf({ name: 'other', lost: { time: 4, reason: 'unplugged' } }),
      streamOf({ name: 'mute', events: 0 }),
    ];
    const sliced = await slice([await write('a', { streams })]);
    const present = (await rows()).map((row) => ['pen', 'other', 'mute'].filter((name) => name in row).join('+'));
    expect(present).toEqual(['pen+other', 'other', 'pen', 'pen']);
    // the fifth: neither was known
    expect(sliced).toMatchObject({ windows: 4, unknown: 1, absent: { pen: 1, other: 2, mute: 4 } });
  });

  it('begin at the second of a file that the recording says', async () => {
    await slice([await write('a', { streams: [streamOf({ origin: -0.5 })] })]);
    expect((await rows())[1]!.pen).toMatchObject({ start: 2.5, end: 4.5 });
  });
});

describe('the label of a window', () => {
  // windows of 2 s: 0-2, 2-4, 4-6, 6-8, 8-10
  const events = [event(1.5, 5.2, 'bearing'), event(3.2, 3.9, 'knock'), event(8, 8, 'tap')];

  it('is by `any` that of the event that fills most of it', async () => {
    const folder = await write('a', {}, events);
    await slice([folder]);
    expect(await labels()).toBe('bearing bearing bearing - tap');
    await slice([folder], { background: 'normal' });
    expect(await labels()).toBe('bearing bearing bearing normal tap');
  });

  it('is by `majority` that of an event of more than half of it, and else none', async () => {
    await slice([await write('a', {}, events)], { rule: 'majority', background: 'normal' });
    // 0.5 s of bearing; 2 s; 1.2 s; nothing; a moment
    expect(await labels()).toBe('- bearing bearing normal -');
  });

  it('is by `onset` that of the first event that begins in it', async () => {
    await slice([await write('a', {}, events)], { rule: 'onset', background: 'normal' });
    expect(await labels()).toBe('bearing knock - normal tap');
  });

  it('counts time once that two sources call the same', async () => {
    const twice = [event(0, 0.8, 'a'), event(0.2, 0.9, 'a'), event(1, 1.95, 'b')];
    await slice([await write('a', {}, twice)]);
    expect((await rows())[0]!.label).toBe('b');
  });
});

describe('splits', () => {
  const day = (number: number, hour = 10) => `2026-03-0${number}T${hour}:00:00.000Z`;

  it('are of whole groups, about as large as their shares', async () => {
    const folders = await Promise.all(
      Array.from({ length: 9 }, (_, at) => write(`r${at}`, { started: day(at + 1), machine: `m${at % 5}` })),
    );
    for (const group of ['recording', 'day', 'machine'] as const) {
      const { splits, groups } = await slice(folders, { group, shares: { test: 0.2, dev: 0.2 } });
      const all = Object.values(groups).flat();
      expect(new Set(all).size).toBe(all.length);
      expect(all.length).toBe(group === 'machine' ? 5 : 9);
      for (const row of await rows()) expect(groups[row.split]).toContain(row.group);
      expect(Object.values(splits).reduce((sum, count) => sum + count)).toBe(45);
      // 9 windows are a fifth; a machine has 5 or 10
      for (const split of ['test', 'dev']) expect([5, 10]).toContain(splits[split]);
    }
  });

  it('are the same for the same seed, and others for others', async () => {
    const folders = await Promise.all(Array.from({ length: 8 }, (_, at) => write(`r${at}`, { started: day(at + 1) })));
    const groupsOf = async (seed: number) => (await slice(folders, { seed, shares: { test: 0.5 } })).groups.test;
    const drawn = await groupsOf(1);
    expect(await groupsOf(1)).toEqual(drawn);
    expect(new Set((await Promise.all([2, 3, 4, 5].map(groupsOf))).map(String)).size).toBeGreaterThan(1);
  });

  it('hold the groups that are said', async () => {
    const folders = [
      await write('a', { machine: 'm1' }),
      await write('b', { machine: 'm2' }),
      await write('c', { machine: 'm3' }),
    ];
    const { groups } = await slice(folders, { group: 'machine', held: { test: ['m2'], dev: ['m3'] }, shares: {} });
    expect(groups).toEqual({ train: ['m1'], test: ['m2'], dev: ['m3'] });
    await expect(slice(folders, { group: 'machine', held: { test: ['m4'] } })).rejects.toThrow(/no such machine; .*m/);
    await expect(slice(folders, { group: 'machine', held: { test: ['m2'], dev: ['m2'] } })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(/m2 is in the splits test and dev/),
    });
  });

  it('that hold the same moment are refused: a copy, or two recordings at one time', async () => {
    const folders = [await write('a'), await write('b', { started: '2026-03-01T10:00:09.000Z' })];
    const held = { test: ['b'] };
    await expect(slice(folders, { held, shares: {} })).rejects.toMatchObject({
      code: 'DATA',
      message: expect.stringMatching(/splits overlap: a \(train\) and b \(test\) were recorded at the same time/),
    });
    expect(await readdir(root)).toEqual(['a', 'b']);
    // one after the other, in one split, or of two machines
    const later = await write('c', { started: '2026-03-01T10:00:10.000Z' });
    await slice([folders[0]!, later], { held: { test: ['c'] }, shares: {} });
    await slice(folders, { held: { train: ['b'] }, shares: {} });
    const machines = [await write('d', { machine: 'm1' }), await write('e', { machine: 'm2' })];
    await slice(machines, { held: { test: ['e'] }, shares: {} });
  });

  it('of too few groups are refused, and a group without a name', async () => {
    const folder = await write('a');
    await expect(slice([folder], { shares: { test: 0.1 } })).rejects.toThrow(/1 recording cannot be in test and train/);
    await expect(slice([folder], { group: 'machine' })).rejects.toThrow(/a\/recording\.json: machine: it names none/);
  });
});

describe('recordings that do not fit are refused', () => {
  it('each other: streams, plugins, channels', async () => {
    const first = await write('a');
    const refuses = (other: string, message: RegExp) =>
      expect(slice([first, other])).rejects.toMatchObject({ code: 'DATA', message: expect.stringMatching(message) });
    await refuses(
      await write('b', { streams: [streamOf(), streamOf({ name: 'sound' })] }),
      /^b .* a .*pen, sound, not pen;/,
    );
    await refuses(
      await write('c', { streams: [streamOf({ plugin: 'other' })] }),
      /^c .*"pen" is of other, not test-scripted/,
    );
    const wider = streamOf({ options: { channels: [{ name: 'x' }, { name: 'y' }, { name: 'z' }] } });
    await refuses(await write('d', { streams: [wider] }), /^d .*"pen" has the channels x, y, z, not x, y;/);
  });

  it('the windows', async () => {
    const folders = [await write('a'), await write('短', { seconds: 1.5 })];
    await expect(slice(folders)).rejects.toMatchObject({
      code: 'DATA',
      message: expect.stringMatching(/^短 lasts 1\.500 s: no window of 2 s fits/),
    });
  });

  it('the manifest: beside it, twice, or a stream of the name of its labels', async () => {
    const folder = await write('in/a');
    await expect(slice([folder], { out: join(root, 'other', 'w.jsonl') })).rejects.toThrow(
      /write it to .*in\/windows\.jsonl or above/,
    );
    await expect(slice([folder, join(folder, '..', 'a')])).rejects.toThrow(/named twice/);
    await expect(slice([folder], { target: 'pen' })).rejects.toThrow(/--target pen: a stream is called so/);
    await expect(slice([folder], { target: 'split' })).rejects.toThrow(/"split"/);
  });

  it('an event to come that none is called after, and a second column of that name', async () => {
    const folder = await write('a', {}, [event(0, 1, 'knock'), event(2, 3, 'bearing')]);
    await expect(slice([folder], { remaining: { label: 'beering' } })).rejects.toMatchObject({
      code: 'DATA',
      message: '--remaining beering: no event of these recordings is called so; they are called bearing, knock.',
    });
    const again = { target: 'remaining', remaining: { label: 'bearing' } };
    await expect(slice([folder], again)).rejects.toThrow(/--remaining writes the column "remaining", which is/);
  });

  it('by a label outside of the recording, with file, line and field', async () => {
    const folder = await write('a', {}, [event(0, 1, 'a'), event(9, 10.5, 'a')]);
    await expect(slice([folder])).rejects.toMatchObject({
      code: 'DATA',
      message: expect.stringMatching(
        /a\/labels\.jsonl:2: end: must lie in the recording, which lasts 10 s \(received 10\.5\)/,
      ),
    });
  });

  it('and what was there before stays when it is stopped', async () => {
    const folder = await write('a', { seconds: 3000 });
    await slice([folder]);
    const before = await readFile(out, 'utf8');
    const stopped = slice([folder], { stride: 0.1, signal: AbortSignal.abort() });
    await expect(stopped).rejects.toMatchObject({ code: 'STOPPED' });
    expect(await readFile(out, 'utf8')).toBe(before);
    expect(await readdir(root)).toEqual(['a', 'windows.jsonl']);
  });
});
