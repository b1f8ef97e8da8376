import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { modalkit, type Started, start } from './tools/modalkit.js';
import { CHANNELS, type MotionProject, motionProject, RATE } from './tools/motion-project.js';
import { expectOneSentence } from './tools/one-sentence.js';
import { plugIn, type SerialDevice } from './tools/serial-device.js';

/** A line of `alarms.jsonl`. */
interface Line {
  readonly kind: string;
  readonly id?: string;
  readonly began?: string;
  readonly raised?: string;
  readonly ended?: string;
  readonly time?: readonly [number, number];
  readonly reason?: string;
  readonly [field: string]: unknown;
}

const full = process.env.MODALKIT_FULL === '1';
let project: MotionProject;
const devices: SerialDevice[] = [];
const started: Started[] = [];

/** A run that tells up from down, and a recording that goes up for 2 s, down for 3 s, and up again. */
beforeAll(async () => {
  if (!full) return;
  project = await motionProject();
  const trained = await modalkit(['train', '--run', 'run', '--no-report'], { cwd: project.folder });
  expect(trained.code, trained.stderr).toBe(0);
  await record('rec', [1, 2, -1, 3, 1, 3]);
}, 120_000);
afterEach(async () => {
  for (const { process } of started.splice(0)) process.kill('SIGKILL');
  for (const device of devices.splice(0)) await device.unplug();
});
afterAll(() => project?.remove());

/** As `modalkit record` leaves it: x by turns for so many seconds. */
async function record(name: string, turns: readonly number[]): Promise<void> {
  const rows: string[] = [];
  for (let turn = 0; turn < turns.length; turn += 2)
    for (let left = turns[turn + 1]! * RATE; left > 0; left--)
      rows.push(`${rows.length / RATE},${turns[turn]},${-turns[turn]!}`);
  const seconds = rows.length / RATE;
  const stream = {
    ...{ name: 'motion', plugin: '@modalkit/sensor', address: `made?format=csv&channels=${CHANNELS}`, by: 'address' },
    ...{ options: {}, file: 'motion.csv', origin: 0, events: seconds, counters: {}, gaps: [], known: [0, seconds] },
  };
  const about = { format: 'modalkit-recording', version: 2, started: '2026-03-01T10:00:00.000Z', state: 'finished' };
  await mkdir(project.path(name));
  await writeFile(project.path(name, 'recording.json'), JSON.stringify({ ...about, seconds, streams: [stream] }));
  await writeFile(project.path(name, 'motion.csv'), `time,x,y\n${rows.join('\n')}\n`);
}

const live = (...args: string[]): Started => {
  started.push(start(['live', '--run', 'run', ...args], { cwd: project.folder }));
  return started.at(-1)!;
};
const alarmsOf = async (folder: string): Promise<Line[]> =>
  (await readFile(project.path(folder, 'alarms.jsonl'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const of = (lines: readonly Line[], ...kinds: string[]) => lines.filter(({ kind }) => kinds.includes(kind));
/** When a recording is whole may be before or after the alarm ends. */
const byPlace = (a: string, b: string) => ORDER.indexOf(a) - ORDER.indexOf(b);
const ORDER = ['watching', 'begin', 'kept', 'end', 'over', 'stopped'];
const secondsBetween = (from?: string, to?: string) => (Date.parse(to!) - Date.parse(from!)) / 1000;

describe.runIf(full)('live --alarm jsonl', () => {
  it('keeps each alarm in a file: when it began and ended, and how sure it was', async () => {
    const { code, stdout, stderr } = await live(
      ...['--from', 'rec', '--speed', 'max', '--alarm', 'jsonl', '--min-duration', '0.5'],
    ).ended;
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^ +\d\.\d s {2}Alarm way begins: peak 0\.\d\d, .*\(motion \d\.\d\d\)$/m);
    expect(stdout).toMatch(/Alarm way ends: /);
    const lines = await alarmsOf('alarms');
    expect(lines.map(({ kind }) => kind).sort(byPlace)).toEqual([
      'watching',
      'begin',
      'kept',
      'end',
      'over',
      'stopped',
    ]);
    const [begin, end] = of(lines, 'begin', 'end');
    expect(end!.id).toBe(begin!.id);
    expect(begin).toMatchObject({ watch: 'way', peak: expect.any(Number), mean: expect.any(Number) });
    expect(begin!.peak).toBeGreaterThan(0.5);
    // one input alone has all of it
    expect(begin!.inputs).toEqual({ motion: expect.closeTo(begin!.level as number, 6) });
    expect(begin!.classes).toEqual({ way: { name: 'down', score: expect.any(Number) } });
    // windows of 0.2 s: half a second of them is over after three
    expect(secondsBetween(begin!.began, begin!.raised)).toBeCloseTo(0.6, 1);
    expect(begin!.time![1]).toBeGreaterThan(2.5);
    expect(begin!.time![1]).toBeLessThan(3);
    expect(secondsBetween(begin!.began, end!.ended)).toBeCloseTo(3, 1);
  });

  it('keeps the seconds around it as a recording that is played like any other', async () => {
    const { code, stderr } = await live(
      ...[
        '--from',
        'rec',
        '--speed',
        'max',
        '--alarm',
        'jsonl',
        '--alarms',
        'clips',
        '--min-duration',
        '0.5',
        '--keep',
        '1',
      ],
    ).ended;
    expect(code, stderr).toBe(0);
    const lines = await alarmsOf('clips');
    const [begin] = of(lines, 'begin');
    const folder = project.path('clips', begin!.recording as string);
    const recording = JSON.parse(await readFile(`${folder}/recording.json`, 'utf8'));
    // from a second before the alarm began to a second after it was raised, and what the first and last events hold more
    expect(recording).toMatchObject({ version: 2, state: 'finished', streams: [{ name: 'motion', by: 'address' }] });
    expect(of(lines, 'kept')).toMatchObject([{ id: begin!.id, seconds: recording.seconds }]);
    const [label] = (await readFile(`${folder}/labels.jsonl`, 'utf8')).trim().split('\n');
    expect(JSON.parse(label!)).toMatchObject({ label: 'way', source: 'alarm', end: recording.seconds });
    const again = await live('--from', folder, '--speed', 'max', '--json').ended;
    expect(again.code, again.stderr).toBe(0);
    expect(again.stdout).toMatch(/"name":"up"/);
    expect(again.stdout).toMatch(/"name":"down"/);
    const cut = [
      'slice',
      folder,
      '--length',
      '0.5',
      '--split',
      'train=1',
      '--out',
      project.path('clips', 'windows.jsonl'),
    ];
    const sliced = await modalkit(cut);
    expect(sliced.code, sliced.stderr).toBe(0);
  });

  it('tells a program by its standard input, without a shell, until it has taken it', async () => {
    const script = `
      const { appendFileSync, existsSync, writeFileSync } = require('node:fs');
      if (!existsSync('once')) { writeFileSync('once', ''); console.error('not yet'); process.exit(3); }
      const alarm = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
      appendFileSync('taken.jsonl', JSON.stringify({ ...alarm, argument: process.argv[1] }) + '\\n');`;
    const command = JSON.stringify([process.execPath, '-e', script, '--', '$HOME; "闸"']);
    const { code, stdout, stderr } = await live(
      ...['--from', 'rec', '--speed', 'max', '--alarm', 'exec', '--alarms', 'told', '--min-duration', '0.5'],
      ...['--exec', command],
    ).ended;
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/has not got to exec: .* ended with 3: not yet; it is tried again\./);
    const taken = (await readFile(project.path('taken.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(taken.map(({ kind, argument }) => [kind, argument])).toEqual([
      ['begin', '$HOME; "闸"'],
      ['end', '$HOME; "闸"'],
    ]);
    const lines = await alarmsOf('told');
    expect(taken.map(({ id }) => id)).toEqual(of(lines, 'begin', 'end').map(({ id }) => id));
    expect(taken[0].folder).toBe(project.path('told'));
    expect(of(lines, 'delivered').map(({ of, to, attempts }) => [of, to, attempts])).toEqual([
      ['begin', 'exec', 2],
      ['end', 'exec', 1],
    ]);
  });

  it('posts to a service until it has taken it: after a kill too, with the same key', async () => {
    const service = await listening();
    const flags = ['--alarm', 'http', '--url', service.url, '--alarms', 'posted', '--min-duration', '0.4'];
    const port = await device();
    const first = live(...flags);
    await first.printed(/connected\./);
    service.status = 503;
    await port.send(-1, RATE);
    await first.printed(/has not got to http: 127\.0\.0\.1:\d+ answered 503/);
    first.process.kill('SIGKILL');
    await first.ended;
    const before = service.taken.length;
    expect(before).toBeGreaterThan(0);
    service.status = 204;
    const second = live(...flags);
    await expect.poll(() => service.taken.length, { timeout: 30_000 }).toBeGreaterThan(before);
    await second.printed(/connected\./);
    await port.send(1, RATE);
    await second.printed(/Alarm way ends/);
    second.process.kill('SIGINT');
    expect((await second.ended).code).toBe(130);
    const lines = await alarmsOf('posted');
    const [begin, end] = of(lines, 'begin', 'end');
    expect(new Set(service.taken.map(({ key }) => key))).toEqual(new Set([`${begin!.id}/begin`, `${end!.id}/end`]));
    expect(service.taken.at(-1)!.body).toMatchObject({ kind: 'end', id: begin!.id, watch: 'way' });
    expect(of(lines, 'delivered')).toHaveLength(2);
    // the address may hold a secret
    expect(JSON.stringify(lines)).not.toContain(service.url);
    await service.close();
  });

  it('watches a class or a number, with thresholds of its own', async () => {
    const played = ['--from', 'rec', '--speed', 'max', '--alarm', 'jsonl'];
    const up = await live(...played, '--alarms', 'up', '--watch', 'way=up', '--min-duration', '0.5').ended;
    expect(up.code, up.stderr).toBe(0);
    const [first, , second, last] = of(await alarmsOf('up'), 'begin', 'end');
    expect([first!.kind, second!.kind]).toEqual(['begin', 'begin']);
    // what goes on when the recording is over ends with it
    expect(last).toMatchObject({ kind: 'end', id: second!.id, reason: 'the recording is over' });
    const never = await live(...played, '--alarms', 'never', '--raise', '0.9999').ended;
    expect(never.code, never.stderr).toBe(0);
    expect(of(await alarmsOf('never'), 'begin')).toEqual([]);
  });

  it('refuses in one sentence what it cannot watch', async () => {
    const refused = (...args: string[]) => live('--from', 'rec', '--speed', 'max', ...args).ended;
    expectOneSentence(await refused('--alarm', 'mail'), 2, /--alarm mail: alarms go to jsonl, exec, http/);
    expectOneSentence(await refused('--alarm', 'exec', '--exec', 'rm -rf x'), 2, /--exec rm -rf x: .*JSON array/);
    expectOneSentence(await refused('--alarm', 'exec'), 2, /--exec .*JSON array/);
    expectOneSentence(await refused('--alarm', 'http', '--url', 'ftp://x'), 2, /--url ftp:\/\/x: give the address/);
    expectOneSentence(await refused('--alarm', 'jsonl', '--url', 'http://x'), 2, /--url is of alarms; .*--alarm http/);
    expectOneSentence(await refused('--raise', '0.7'), 2, /--raise is of alarms; .*--alarm jsonl/);
    const jsonl = (...args: string[]) => refused('--alarm', 'jsonl', ...args);
    expectOneSentence(await jsonl('--watch', 'wya'), 2, /no such head; there are: way\./);
    expectOneSentence(await jsonl('--watch', 'way=sideways'), 2, /knows no class "sideways"; there are: up, down/);
    expectOneSentence(await jsonl('--watch', 'way/logit'), 2, /--raise: a number of a head has its own scale/);
    expectOneSentence(await jsonl('--raise', 'high'), 2, /--raise high: give a number/);
    expectOneSentence(await jsonl('--clear', '0.9'), 2, /--clear 0\.9 is above --raise 0\.5/);
    expectOneSentence(await jsonl('--min-duration', '-1'), 2, /--min-duration -1: give a number above 0/);
  });

  it('is killed with an alarm that goes on, and neither loses it nor doubles it', async () => {
    const port = await device();
    const watch = () => live('--alarm', 'jsonl', '--alarms', 'killed', '--min-duration', '0.4');
    const first = watch();
    await first.printed(/connected\./);
    await port.send(1, RATE / 2);
    await port.send(-1, RATE);
    await first.printed(/Alarm way begins/);
    first.process.kill('SIGKILL');
    await first.ended;
    expect(of(await alarmsOf('killed'), 'begin', 'end').map(({ kind }) => kind)).toEqual(['begin']);
    const second = watch();
    await second.printed(/Alarm way of an earlier session goes on\./);
    await second.printed(/connected\./);
    await port.send(-1, RATE);
    await port.send(1, RATE);
    await second.printed(/Alarm way ends/);
    second.process.kill('SIGINT');
    const { code, stderr, stdout } = await second.ended;
    expect(code, stderr).toBe(130);
    expect(stdout).not.toMatch(/Alarm way begins/);
    const [begin, end, ...more] = of(await alarmsOf('killed'), 'begin', 'end');
    expect(more).toEqual([]);
    expect(end).toMatchObject({ kind: 'end', id: begin!.id, began: begin!.began });
  });
});

async function device(): Promise<SerialDevice> {
  devices.push(await plugIn(project.port, RATE));
  return devices.at(-1)!;
}

/** A service that takes alarms, or answers with another status. */
async function listening() {
  const taken: { key: IncomingHttpHeaders[string]; body: Record<string, unknown> }[] = [];
  const service = { status: 204, taken, url: '', close: () => new Promise((closed) => server.close(closed)) };
  const server: Server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    taken.push({ key: request.headers['idempotency-key'], body: JSON.parse(body) });
    response.writeHead(service.status).end();
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  service.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret-path`;
  return service;
}
