import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { modalkit, type Started, start } from './tools/modalkit.js';
import { CHANNELS, type MotionProject, motionProject, RATE } from './tools/motion-project.js';
import { expectOneSentence } from './tools/one-sentence.js';
import { plugIn, type SerialDevice } from './tools/serial-device.js';

/** A recording's own file. */
interface Content {
  readonly state: string;
  readonly reason?: string;
  readonly started: string;
  readonly seconds: number;
  readonly machine?: string;
  readonly streams: readonly {
    readonly name: string;
    readonly address: string;
    readonly counters: Readonly<Record<string, number>>;
    readonly gaps: readonly { readonly time: readonly [number, number]; readonly reason: string }[];
  }[];
}

let project: MotionProject;
const devices: SerialDevice[] = [];
const started: Started[] = [];
const mounted: string[] = [];
beforeAll(async () => {
  project = await motionProject();
});
afterEach(async () => {
  for (const { process } of started.splice(0)) process.kill('SIGKILL');
  for (const device of devices.splice(0)) await device.unplug();
});
afterAll(async () => {
  for (const folder of mounted) spawnSync('umount', [folder]);
  await project.remove();
});

async function device(link: string, rate = RATE): Promise<SerialDevice> {
  devices.push(await plugIn(link, rate));
  return devices.at(-1)!;
}

// a busy machine may keep packets back for a while: that is no gap here
const sourceOf = (link: string) => `sensor:${link}?format=csv&channels=${CHANNELS}&gap=1`;
const contentOf = async (folder: string) =>
  JSON.parse(await readFile(join(folder, 'recording.json'), 'utf8')) as Content;
const labelsOf = async (folder: string) =>
  (await readFile(join(folder, 'labels.jsonl'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { start: number; end: number; label: string });
const rowsOf = async (file: string) =>
  (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .slice(1)
    .filter((line) => !line.startsWith('#'))
    .map((line) => line.split(',').map(Number));
const numbersUpTo = (last: number) => Array.from({ length: last + 1 }, (_, at) => at);

function record(...args: string[]): Started {
  started.push(start(['record', ...args], { cwd: project.folder, typed: true }));
  return started.at(-1)!;
}

describe('record', () => {
  it('takes every packet of a device until Ctrl-C, and tells each second what has come', async () => {
    const port = await device(project.path('ttyA'));
    const recording = record('--source', sourceOf('ttyA'), '--out', 'ended');
    await recording.printed(/connected\./);
    await port.send(1, 150);
    await recording.printed(/\d s {2}sensor 150 packets/);
    recording.process.kill('SIGINT');
    const { code, stdout, stderr } = await recording.ended;
    expect(code, stderr).toBe(130);
    expect(stdout).toMatch(/^ +\d s {2}sensor \d+ packets \d+\.\d\/s$/m);
    expect(stdout).toMatch(/^Recorded \d\.\d s into .*ended: sensor 150 packets \d+\.\d\/s/m);
    const content = await contentOf(project.path('ended'));
    expect(content).toMatchObject({ state: 'stopped', streams: [{ name: 'sensor', gaps: [] }] });
    expect(content.streams[0]!.counters).toMatchObject({
      used: 150,
      lost: 0,
      late: 0,
      duplicate: 0,
      bad: 0,
      dropped: 0,
    });
    const rows = await rowsOf(project.path('ended', 'sensor.csv'));
    expect(rows.map(([, seq]) => seq)).toEqual(numbersUpTo(149));
    expect(rows.every(([, , x, y]) => x === 1 && y === -1)).toBe(true);
    expect(content.machine).toBeUndefined();
    expect(await readdir(project.path('ended'))).toEqual(['recording.json', 'sensor.csv']);
  });

  it('takes the source of a config and another on one clock, and ends by itself', async () => {
    const [first, second] = [await device(project.port), await device(project.path('ttyB'))];
    const args = [
      '--project',
      '.',
      '--source',
      `第二=${sourceOf('ttyB')}`,
      '--out',
      'both',
      '--seconds',
      '3',
      ...['--json', '--machine', 'press-1', '--label', 'normal', '--key', 'b=轴承'],
    ];
    const recording = record(...args);
    await recording.printed(/connected\..*connected\./s);
    await first.send(1, 50);
    recording.process.stdin!.write('xb');
    await recording.printed(/^\d\.\d s: 轴承 begins\.$/m);
    await second.send(-1, 50);
    const ended = await recording.ended;
    expect(ended.code, ended.stderr).toBe(0);
    const content = ended.json() as never as Content;
    expect(content).toEqual({ folder: project.path('both'), ...(await contentOf(project.path('both'))) });
    expect(content).toMatchObject({
      state: 'finished',
      streams: [
        { name: 'motion', by: 'config', file: 'motion.csv', counters: { used: 50 } },
        { name: '第二', by: 'address', file: '第二.csv', address: sourceOf('ttyB').slice('sensor:'.length) },
      ],
    });
    expect(content.machine).toBe('press-1');
    const [whole, marked, ...more] = await labelsOf(project.path('both'));
    expect([whole, marked]).toMatchObject([
      { start: 0, label: 'normal', source: 'flag' },
      { label: '轴承', source: 'key', end: whole!.end },
    ]);
    expect(content.seconds - whole!.end).toBeLessThan(0.001);
    expect(marked!.start).toBeGreaterThan(0.4);
    expect(more).toEqual([]);
    const starts = await Promise.all(
      content.streams.map(async ({ name }) => (await rowsOf(project.path('both', `${name}.csv`)))[0]![0]!),
    );
    // the second device began when the first had sent its 50 packets, half a second later
    expect(starts[1]! - starts[0]!).toBeGreaterThan(0.4);
    expect(starts[1]! - starts[0]!).toBeLessThan(2);
  });

  it('loses at most the last second when it is killed', { retry: 2 }, async () => {
    const port = await device(project.path('ttyC'));
    const folder = project.path(`killed-${Date.now()}`);
    const recording = record('--source', sourceOf('ttyC'), '--out', folder, '--label', 'normal');
    await recording.printed(/connected\./);
    const sending = port.send(1, 1000).catch(() => undefined);
    await recording.printed(/sensor [2-9]\d\d packets/);
    recording.process.kill('SIGKILL');
    const [sent, killed] = [port.sent, Date.now()];
    expect((await recording.ended).code).toBe(137);
    await port.unplug();
    await sending;
    const content = await contentOf(folder);
    expect(content.state).toBe('recording');
    expect(killed - (Date.parse(content.started) + 1000 * content.seconds)).toBeLessThan(1000);
    const [label] = await labelsOf(folder);
    expect(killed - (Date.parse(content.started) + 1000 * label!.end)).toBeLessThan(1000);
    expect(label!.end).toBeLessThanOrEqual(content.seconds);
    expect(sent - content.streams[0]!.counters.used!).toBeLessThan(RATE);
    const rows = await rowsOf(join(folder, 'sensor.csv'));
    expect(sent - rows.at(-1)![1]!).toBeLessThan(RATE);
    const played = await modalkit(['replay', folder, '--speed', 'max'], { cwd: project.folder });
    expect(played.code, played.stderr).toBe(0);
    expect(played.stdout).toMatch(/^Played \d+ events of sensor\.$/m);
  });

  it('notes the time for which a device was unplugged, and goes on when it is back', async () => {
    const link = project.path('ttyD');
    const before = await device(link);
    const recording = record('--source', sourceOf(link), '--out', 'unplugged');
    await recording.printed(/connected\./);
    await before.send(1, 50);
    // what a hang-up finds unread is gone
    await recording.printed(/sensor 50 packets/);
    await before.unplug();
    await recording.printed(/ttyD: disconnected; waiting/);
    await sleep(500);
    const after = await device(link);
    await recording.printed(/connected again\./);
    await after.send(-1, 50);
    await recording.printed(/sensor 100 packets/);
    recording.process.kill('SIGINT');
    const { code, stdout } = await recording.ended;
    expect(code).toBe(130);
    expect(stdout).toMatch(/ttyD: connected again/);
    const [stream] = (await contentOf(project.path('unplugged'))).streams;
    expect(stream!.counters).toMatchObject({ used: 100, lost: 0, gaps: 1, reconnects: 1 });
    const [gap, ...more] = stream!.gaps;
    expect(more).toEqual([]);
    expect(gap!.reason).toMatch(/disconnected/);
    expect(gap!.time[1] - gap!.time[0]).toBeGreaterThan(0.5);
    const rows = await rowsOf(project.path('unplugged', 'sensor.csv'));
    expect(rows.filter(([time]) => time! > gap!.time[0] + 1e-6 && time! < gap!.time[1] - 1e-6)).toEqual([]);
  });

  it('on a disk that fills up ends in one sentence and says so in the recording', async (context) => {
    const folder = project.path('disk');
    await mkdir(folder);
    const isRoot = process.getuid?.() === 0;
    // room for the recording's own files, and some hundred packets
    if (!isRoot || spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', folder]).status !== 0)
      context.skip('no mount is permitted here');
    mounted.push(folder);
    const port = await device(project.path('ttyE'), 2000);
    const recording = record('--source', sourceOf('ttyE'), '--out', join(folder, 'full'), '--label', 'normal');
    await recording.printed(/connected\./);
    const sending = port.send(0.123456, 40_000).catch(() => undefined);
    const ended = await recording.ended;
    await port.unplug();
    await sending;
    expectOneSentence(ended, 7, /disk\/full/, /ENOSPC/);
    const content = await contentOf(join(folder, 'full'));
    expect(content).toMatchObject({ state: 'failed', reason: expect.stringMatching(/ENOSPC/) });
    expect(content.streams[0]!.counters.used).toBeGreaterThan(100);
    expect((await labelsOf(join(folder, 'full')))[0]!.end).toBeGreaterThan(content.seconds - 1);
    expect((await rowsOf(join(folder, 'full', 'sensor.csv'))).length).toBeGreaterThan(100);
  });
});

describe('record refuses in one sentence', () => {
  const refused = (...args: string[]) => modalkit(['record', ...args], { cwd: project.folder });

  it('a port that is not there, and leaves no folder', async () => {
    const ended = await refused('--source', sourceOf('/dev/ttyNone'), '--out', 'none');
    expectOneSentence(ended, 4, /\/dev\/ttyNone/, /there is no such port/);
    await expect(readdir(project.path('none'))).rejects.toThrow('ENOENT');
  });

  it('a plugin that is not there, and names the nearest', async () => {
    expectOneSentence(
      await refused('--source', 'sensr:/dev/ttyUSB0', '--out', 'none'),
      2,
      /"sensr"/,
      /did you mean "sensor"\?/,
    );
    const path = await refused('--source', `${'../'.repeat(3)}etc/passwd:x`, '--out', 'none');
    expectOneSentence(path, 2, /<plugin>:<address>/);
  });

  it('a plugin that takes no live input, and one whose address says too little', async () => {
    expectOneSentence(
      await refused('--source', 'text:hello', '--out', 'none'),
      2,
      /@modalkit\/text has no live source/,
    );
    expectOneSentence(await refused('--source', 'sensor:/dev/ttyUSB0', '--out', 'none'), 2, /names no channels/);
  });

  it('a folder that is not empty, and leaves it alone', async () => {
    await mkdir(project.path('taken'));
    await writeFile(project.path('taken', 'mine.txt'), '我的');
    expectOneSentence(
      await refused('--source', sourceOf('ttyF'), '--out', 'taken'),
      2,
      /taken/,
      /not empty \(mine\.txt\)/,
    );
    expect(await readdir(project.path('taken'))).toEqual(['mine.txt']);
  });

  it('nothing to record, a length that is none, and a name that is taken', async () => {
    expectOneSentence(await refused('--out', 'none'), 2, /Nothing to record/, /--source/);
    expectOneSentence(
      await refused('--source', sourceOf('ttyF'), '--out', 'none', '--seconds', '-3'),
      2,
      /--seconds -3/,
    );
    const twice = await refused('--project', '.', '--source', `motion=${sourceOf('ttyF')}`, '--out', 'none');
    expectOneSentence(twice, 2, /there is a stream "motion" already/);
    const elsewhere = await modalkit(['record', '--project', tmpdir(), '--out', project.path('none')]);
    expectOneSentence(elsewhere, 2, /modalkit\.config\.ts/);
  });
});
