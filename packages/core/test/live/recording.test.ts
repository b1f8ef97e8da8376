import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LiveSource } from '@modalkit/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type EventMarks,
  type Recording,
  type RecordingLabel,
  type RecordOptions,
  readLabels,
  readRecording,
  recordStreams,
} from '../../src/live/index.js';
import { type Act, datum, gap, scriptedSource } from './scripted-source.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'modalkit-recording-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

let folders = 0;
const folderOf = () => join(root, `${folders++}`);

function record(sources: Record<string, LiveSource>, options: Partial<RecordOptions> = {}) {
  const named = Object.fromEntries(
    Object.entries(sources).map(([name, source]) => [
      name,
      { source, made: { by: 'address', address: `at-${name}` } as const },
    ]),
  );
  const signal = new AbortController().signal;
  return recordStreams({ sources: named, folder: folderOf(), signal, notice: () => undefined, ...options });
}

const source = (...script: Act[]) => scriptedSource(script);
const linesOf = async (file: string) =>
  (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('a recording', () => {
  it('holds every event of every stream, counters and gaps', async () => {
    const folder = folderOf();
    const { recording, lost } = await record(
      { pen: source(datum(1, 0, 1), gap(1, 2), datum(2, 2, 3)), 声音: source(datum(3, 0, 1)) },
      { folder },
    );
    expect(lost).toEqual([]);
    expect(recording).toMatchObject({ format: 'modalkit-recording', version: 2, state: 'finished' });
    expect(recording.streams).toMatchObject([
      { name: 'pen', plugin: 'test-scripted', address: 'at-pen', file: 'pen.jsonl', origin: 0, events: 3 },
      { name: '声音', file: '声音.jsonl', events: 1, gaps: [] },
    ]);
    expect(recording.streams[0]).toMatchObject({
      counters: { used: 3, lost: 0 },
      gaps: [{ time: [1, 2], reason: 'unplugged' }],
      options: { acts: 3 },
      known: [0, 3],
    });
    expect(await readRecording(folder)).toEqual(recording);
    expect((await readdir(folder)).sort()).toEqual(['pen.jsonl', 'recording.json', '声音.jsonl']);
    expect((await linesOf(join(folder, 'pen.jsonl'))).map(({ kind }) => kind)).toEqual(['data', 'gap', 'data']);
  });

  it('is written again and again while it goes on, with all that was counted until then', async () => {
    const folder = folderOf();
    const seen: Recording[] = [];
    const script = Array.from({ length: 30 }, (_, at) => [50, datum(at, at)]).flat();
    const progress = (recording: Recording) => seen.push(recording);
    await record({ pen: scriptedSource(script) }, { folder, progress });
    // 1.5 s at a writing each half second: at 0, 0.5, 1 and 1.5 s
    expect(seen.length).toBeGreaterThanOrEqual(3);
    expect(seen.every(({ state }) => state === 'recording')).toBe(true);
    const steps = seen.slice(1).map(({ seconds }, at) => seconds - seen[at]!.seconds);
    expect(Math.max(...steps)).toBeLessThan(1);
    const events = seen.map(({ streams }) => streams[0]!.events);
    expect(events).toEqual([...events].sort((a, b) => a - b));
    expect(events.at(-1)).toBeGreaterThan(15);
  });

  it('ends after its seconds, and at the signal', async () => {
    const open = () => scriptedSource([datum(1, 0)], { stays: true });
    const timed = await record({ pen: open() }, { seconds: 0.2 });
    expect(timed.recording).toMatchObject({ state: 'finished', streams: [{ events: 1 }] });
    expect(timed.recording.seconds).toBeLessThan(2);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    const stopped = await record({ pen: open() }, { signal: controller.signal });
    expect(stopped.recording).toMatchObject({ state: 'stopped', streams: [{ events: 1 }] });
  });

  it('goes on with the others when one is lost, and says when and why', async () => {
    const notices: string[] = [];
    const { recording, lost } = await record(
      { pen: source(datum(1, 0), new Error('the cable is out')), other: source(100, datum(2, 1)) },
      { notice: (message) => notices.push(message) },
    );
    expect(notices).toEqual(['Stream "pen" (test-scripted, script): the cable is out']);
    expect(lost.map(({ message }) => message)).toEqual(notices);
    expect(recording).toMatchObject({
      state: 'finished',
      streams: [{ events: 1, lost: { reason: notices[0] } }, { events: 1 }],
    });
    expect(recording.streams[1]!.lost).toBeUndefined();
  });

  it('of sources that are all lost has failed', async () => {
    const { recording } = await record({ pen: source(datum(1, 0), new Error('the cable is out')) });
    expect(recording).toMatchObject({ state: 'failed', reason: expect.stringContaining('cable') });
  });

  it('of sources from which nothing came is none: the folder is as it was', async () => {
    const [made, found] = [folderOf(), folderOf()];
    await mkdir(found);
    const beside: LiveSource = {
      ...source(new Error('no such port')),
      record: async (file, origin) => {
        await writeFile(`${file}.gaps`, '');
        return source().record(file, origin);
      },
    };
    await expect(record({ pen: beside }, { folder: made })).rejects.toThrow('no such port');
    await expect(record({ pen: source(new Error('no such port')) }, { folder: found })).rejects.toThrow('no such port');
    await expect(readdir(made)).rejects.toThrow('ENOENT');
    expect(await readdir(found)).toEqual([]);
  });

  it('that cannot be written ends every stream and says so in itself', async () => {
    const folder = folderOf();
    const full = Object.assign(new Error('write'), { code: 'ENOSPC', errno: -28 });
    const broken: LiveSource = {
      ...source(datum(1, 0), datum(2, 1)),
      record: async (file, origin) => {
        const recorder = await source().record(file, origin);
        let written = 0;
        return { ...recorder, write: async (event) => (written++ ? Promise.reject(full) : recorder.write(event)) };
      },
    };
    const writing = record({ pen: broken, other: scriptedSource([datum(1, 0)], { stays: true }) }, { folder });
    await expect(writing).rejects.toMatchObject({ code: 'DISK', message: expect.stringMatching(/pen\.jsonl.*full/) });
    expect(await readRecording(folder)).toMatchObject({ state: 'failed', reason: expect.stringMatching(/ENOSPC/) });
    expect(await readdir(folder)).not.toContain('.reserve');
  });

  it('is refused a folder that is not empty, and a name that is none', async () => {
    const folder = folderOf();
    await record({ pen: source(datum(1, 0)) }, { folder });
    const before = await readFile(join(folder, 'recording.json'));
    await expect(record({ pen: source(datum(1, 0)) }, { folder })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(/not empty \(pen\.jsonl, recording\.json\)/),
    });
    expect(await readFile(join(folder, 'recording.json'))).toEqual(before);
    await expect(record({ '../pen': source() })).rejects.toThrow('"../pen"');
  });
});

describe('events of a recording', () => {
  it('are those that were marked: whole ones, ended ones, and those that go on until its end', async () => {
    const folder = folderOf();
    let toggle: EventMarks['toggle'] = () => expect.fail();
    const marking: RecordOptions['marking'] = (given) => {
      toggle = given;
    };
    setTimeout(() => toggle('bearing', 'key'), 50);
    setTimeout(() => toggle('bearing', 'key'), 100);
    setTimeout(() => toggle('轴承', 'program'), 150);
    const { recording } = await record({ pen: source(datum(1, 0), 300) }, { folder, labels: ['wet'], marking });
    const labels = await readLabels(folder, recording.seconds);
    const end = Math.floor(recording.seconds * 1000) / 1000;
    expect(labels).toMatchObject([
      { start: 0, end, label: 'wet', source: 'flag' },
      { label: 'bearing', source: 'key' },
      { end, label: '轴承', source: 'program' },
    ]);
    expect(labels[1]!.end - labels[1]!.start).toBeGreaterThan(0.02);
    expect(labels[1]!.end).toBeLessThan(labels[2]!.start);
  });

  it('are on disk while it goes on, with those that are not over', async () => {
    const folder = folderOf();
    const seen: Promise<readonly RecordingLabel[]>[] = [];
    const marking: RecordOptions['marking'] = (toggle) => toggle('bearing', 'key');
    const progress = ({ seconds }: Recording) => seen.push(readLabels(folder, seconds));
    await record({ pen: source(datum(1, 0), 800) }, { folder, marking, progress });
    const [first, second] = await Promise.all(seen);
    expect(first).toMatchObject([{ label: 'bearing', source: 'key' }]);
    expect(second![0]!.end).toBeGreaterThan(0.4);
  });

  it('of which there are none have no file, and a stream may not be called like it', async () => {
    const folder = folderOf();
    await record({ pen: source(datum(1, 0)) }, { folder });
    expect(await readdir(folder)).toEqual(['pen.jsonl', 'recording.json']);
    expect(await readLabels(folder, 1)).toEqual([]);
    await expect(record({ labels: source(datum(1, 0)) })).rejects.toThrow('Stream "labels"');
  });

  it.each([
    ['{"start":0,"end":3,"label":"a","source":"me"}', 'end: must lie in the recording, which lasts 2.5 s (received 3)'],
    ['{"start":-1,"end":1,"label":"a","source":"me"}', 'start: '],
    ['{"start":2,"end":1,"label":"a","source":"me"}', 'end: must not be before start (received 1)'],
    ['{"start":"0","end":1,"label":"a","source":"me"}', 'start: '],
    ['{"start":0,"end":1,"source":"me"}', 'label: '],
    ['{"start":0,"end":1,"label":"a","source":"me","who":"me"}', '"who"'],
    ['[1]', 'expected object'],
    ['{"start":', 'the line is not JSON'],
  ])('that are wrong are told with file, line and field: %s', async (line, message) => {
    const folder = folderOf();
    await mkdir(folder);
    await writeFile(join(folder, 'labels.jsonl'), `{"start":0,"end":2.5,"label":"a","source":"me"}\n\n${line}\n`);
    const reading = readLabels(folder, 2.5);
    await expect(reading).rejects.toMatchObject({ code: 'DATA', message: expect.stringContaining('labels.jsonl:3: ') });
    await expect(reading).rejects.toThrow(message);
  });
});

describe('a recording that came from elsewhere', () => {
  it('may be of version 1, and not of a newer one than this', async () => {
    const older = await altered((recording) => {
      Object.assign(recording, { version: 1 });
      delete recording.streams[0]!.known;
    });
    expect(await readRecording(older)).toMatchObject({ version: 2, streams: [{ name: 'pen', events: 1 }] });
    const newer = await altered((recording) => Object.assign(recording, { version: 3 }));
    await expect(readRecording(newer)).rejects.toMatchObject({
      code: 'DATA',
      message: expect.stringMatching(/recording\.json: it is a recording of version 3, .* reads up to 2; update/),
    });
    for (const version of [0, '1', undefined]) {
      const none = await altered((recording) => Object.assign(recording, { version }));
      await expect(readRecording(none)).rejects.toThrow(/version: .*expected 2/);
    }
  });

  async function altered(change: (recording: { streams: Record<string, unknown>[] }) => void): Promise<string> {
    const folder = folderOf();
    const { recording } = await record({ pen: source(datum(1, 0)) }, { folder });
    const content = structuredClone(recording) as never as { streams: Record<string, unknown>[] };
    change(content);
    await writeFile(join(folder, 'recording.json'), JSON.stringify(content));
    return folder;
  }

  it.each(['../secret', '/etc/passwd', '..', '.hidden', 'a\\b', ''])('names no file "%s"', async (file) => {
    await writeFile(join(root, 'secret'), 'not yours');
    const folder = await altered(({ streams }) => Object.assign(streams[0]!, { file }));
    await expect(readRecording(folder)).rejects.toMatchObject({
      code: 'DATA',
      message: expect.stringContaining('expected the name of a file in the same folder'),
    });
  });

  it('names no link, no missing file, no stream twice and no unknown field', async () => {
    const linked = await altered(({ streams }) => Object.assign(streams[0]!, { file: 'link' }));
    await symlink('/etc/passwd', join(linked, 'link'));
    await expect(readRecording(linked)).rejects.toThrow(/link: it is no regular file/);
    const missing = await altered(({ streams }) => Object.assign(streams[0]!, { file: 'gone' }));
    await expect(readRecording(missing)).rejects.toThrow(/gone: the file is missing/);
    const twice = await altered(({ streams }) => streams.push(streams[0]!));
    await expect(readRecording(twice)).rejects.toThrow(/two streams have one name/);
    const unknown = await altered((recording) => Object.assign(recording, { run: 'rm' }));
    await expect(readRecording(unknown)).rejects.toThrow(/"run"/);
    await expect(readRecording(root)).rejects.toMatchObject({ code: 'USAGE' });
  });
});
