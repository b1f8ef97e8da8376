import { spawnSync } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { modalkit, type Started, start } from './tools/modalkit.js';
import { CHANNELS, type MotionProject, motionProject, RATE } from './tools/motion-project.js';
import { expectOneSentence } from './tools/one-sentence.js';
import { plugIn, type SerialDevice } from './tools/serial-device.js';

/** A line of `live --json`. */
interface Line {
  readonly kind: string;
  readonly input?: string;
  readonly inputs?: readonly string[];
  readonly classes?: readonly { readonly name: string; readonly score: number }[];
  readonly matches?: readonly { readonly id: string; readonly value: string | null }[];
  readonly latencyMs?: number;
  readonly counts?: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** A line of `alarms.jsonl`. */
interface Alarm {
  readonly kind: string;
  readonly id: string;
  readonly began: string;
  readonly level: number;
}

let project: MotionProject;
const devices: SerialDevice[] = [];
const started: Started[] = [];

/** A trained run, and a recording of its device: 1 s up, 1 s down. */
beforeAll(async () => {
  project = await motionProject();
  const trained = await modalkit(['train', '--run', 'run', '--no-report'], { cwd: project.folder });
  expect(trained.code, trained.stderr).toBe(0);
  const port = await device(project.port);
  const recording = command('record', '--project', '.', '--out', 'rec');
  await recording.printed(/connected\./);
  await port.send(1, RATE);
  await port.send(-1, RATE);
  await sleep(300);
  recording.process.kill('SIGINT');
  expect((await recording.ended).code).toBe(130);
}, 120_000);
afterEach(async () => {
  for (const { process } of started.splice(0)) process.kill('SIGKILL');
  for (const device of devices.splice(0)) await device.unplug();
});
afterAll(() => project.remove());

function command(...args: string[]): Started {
  started.push(start(args, { cwd: project.folder }));
  return started.at(-1)!;
}

const run = (...args: string[]) => modalkit(args, { cwd: project.folder });

async function device(link: string): Promise<SerialDevice> {
  devices.push(await plugIn(link, RATE));
  return devices.at(-1)!;
}

const sourceOf = (port: string) => `sensor:${port}?format=csv&channels=${CHANNELS}&gap=1`;
const linesOf = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
const valuesOf = async (file: string) =>
  (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .filter((line) => /^\d/.test(line))
    .map((line) => line.split(',').slice(1).join());
/** Without what follows itself. */
const changes = (names: readonly string[]) => names.filter((name, at) => name !== names[at - 1]);

describe('replay', () => {
  it('prints every event, for people and for programs', async () => {
    const words = await run('replay', 'rec', '--project', '.', '--speed', 'max');
    expect(words.code, words.stderr).toBe(0);
    expect(words.stdout).toMatch(/^ +0\.\d{3} s {2}motion {2}\{"times":\[[\d.,]+"… \d+"\].*"channels"/m);
    expect(words.stdout).toMatch(/^Played \d+ events of motion\.$/m);
    const json = await run('replay', 'rec', '--project', '.', '--speed', 'max', '--json');
    const lines = linesOf(json.stdout) as never as { stream: string; value?: { channels: { x: number[] } } }[];
    const x = lines.flatMap(({ value }) => value?.channels.x ?? []);
    expect(x).toEqual([...Array(RATE).fill(1), ...Array(RATE).fill(-1)]);
    expect(lines.at(-1)).toMatchObject({ kind: 'end', recording: project.path('rec') });
  });

  it('keeps the pace of the recording, or a multiple of it', async () => {
    // from the first event to the end: the start of the command may take any time
    const seconds = async (speed: string) => {
      const playing = command('replay', 'rec', '--project', '.', '--speed', speed);
      await playing.printed(/ s {2}motion/);
      const began = performance.now();
      const { code, stderr } = await playing.ended;
      expect(code, stderr).toBe(0);
      return (performance.now() - began) / 1000;
    };
    // about 2 s of recording
    expect(await seconds('1')).toBeGreaterThan(1.7);
    expect(await seconds('10')).toBeLessThan(1.5);
  });

  it.each(['socat', 'python3'])(
    'is a serial device again, by %s: record reads the same packets of it',
    async (name) => {
      // only this program is on PATH
      const bin = project.path(`bin-${name}`);
      await mkdir(bin);
      await symlink(programOf(name), join(bin, name));
      const playing = start(['replay', 'rec', '--project', '.', '--pty', '--speed', '2'], {
        cwd: project.folder,
        env: { PATH: bin },
      });
      started.push(playing);
      const [, port] = await playing.printed(/^motion: (\/dev\/\S+)\n/);
      await playing.printed(/Waiting until a program reads it/);
      const again = command('record', '--source', sourceOf(port!), '--out', `again-${name}`);
      const { code, stdout, stderr } = await playing.ended;
      expect(code, stderr).toBe(0);
      expect(stdout).toMatch(/^Played \d+ events of motion\.$/m);
      await again.printed(/disconnected/);
      again.process.kill('SIGINT');
      expect((await again.ended).code).toBe(130);
      expect(await valuesOf(project.path(`again-${name}`, 'sensor.csv'))).toEqual(
        await valuesOf(project.path('rec', 'motion.csv')),
      );
    },
  );

  it('ends when its reader goes away, and at Ctrl-C while it waits for one', async () => {
    const playing = command('replay', 'rec', '--project', '.', '--pty');
    const [, port] = await playing.printed(/^motion: (\/dev\/\S+)\n/);
    const reader = command('record', '--source', sourceOf(port!), '--out', 'short', '--seconds', '1');
    expect((await reader.ended).code).toBe(0);
    const ended = await playing.ended;
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stdout).toMatch(/^motion: its reader has gone\.$/m);
    const waiting = command('replay', 'rec', '--project', '.', '--pty', '--json');
    await waiting.printed(/Waiting until a program reads it/);
    waiting.process.kill('SIGINT');
    const stopped = await waiting.ended;
    expect(stopped.code).toBe(130);
    expect(linesOf(stopped.stdout)).toMatchObject([
      { kind: 'device', stream: 'motion', device: expect.stringMatching(/^\/dev\//) },
      { kind: 'end', events: {} },
    ]);
  });

  it('refuses in one sentence what it cannot play', async () => {
    expectOneSentence(await run('replay', 'data'), 2, /there is no recording in this folder/);
    expectOneSentence(await run('replay', 'rec'), 2, /"motion" was recorded by a config/, /--project/);
    const stream = await run('replay', 'rec', '--project', '.', '--stream', 'motoin');
    expectOneSentence(stream, 2, /--stream motoin/, /did you mean "motion"\?/);
    expectOneSentence(
      await run('replay', 'rec', '--project', '.', '--speed', '0'),
      2,
      /--speed 0: give a number above 0/,
    );
    const damaged = project.path('damaged');
    await mkdir(damaged);
    await writeFile(join(damaged, 'recording.json'), '{"format":"modalkit-recording"}');
    expectOneSentence(await run('replay', damaged), 4, /damaged\/recording\.json/, /streams/);
  });
});

describe('live', () => {
  const live = (...args: string[]) => command('live', '--run', 'run', ...args);

  it('says the class of a device as it changes, with its latency, until Ctrl-C', async () => {
    const port = await device(project.port);
    const listening = live();
    await listening.printed(/connected\./);
    await port.send(1, 0.6 * RATE);
    await listening.printed(/way: up \d\.\d\d {2}\(motion, \d+\.\d ms\)/);
    await port.send(-1, 0.6 * RATE);
    await listening.printed(/way: down \d\.\d\d {2}\(motion, /);
    listening.process.kill('SIGINT');
    const { code, stdout, stderr } = await listening.ended;
    expect(code, stderr).toBe(130);
    expect(stdout).toMatch(/^Step 16 of .*run listens; Ctrl-C ends\.$/m);
    const said = [...stdout.matchAll(/way: (up|down)/g)].map(([, name]) => name!);
    // windows of 0.2 s: six answers, told only when they change; the one that is half up and half down may be either
    expect(changes(said)).toEqual(said);
    expect(said.slice(0, 2)).toEqual(['up', 'down']);
    const [, windows, answered] = /motion: (\d+) windows, (\d+) answered, 0 bad, 0 dropped/.exec(stdout)!;
    expect(Number(windows)).toBeGreaterThanOrEqual(5);
    expect(answered).toBe(windows);
    expect(stdout).toMatch(/^Latency: median \d+\.\d ms, p99 \d+\.\d ms$/m);
  });

  it('takes a device that is unplugged for absent, and goes on when it is back', async () => {
    const before = await device(project.path('ttyL'));
    const listening = live('--source', `motion=${sourceOf('ttyL')}`, '--json');
    await listening.printed(/connected\./);
    await before.send(1, RATE / 2);
    await listening.printed(/"kind":"result"/);
    await before.unplug();
    await listening.printed(/"kind":"silent"/);
    const after = await device(project.path('ttyL'));
    await listening.printed(/connected again\./);
    await after.send(-1, RATE / 2);
    await listening.printed(/"name":"down"/);
    listening.process.kill('SIGTERM');
    const { code, stdout, stderr } = await listening.ended;
    expect(code, stderr).toBe(143);
    const lines = linesOf(stdout);
    // what was left of the last window may be told when the gap is known
    expect(changes(lines.map(({ kind }) => kind)).join()).toMatch(/^result,silent,(?:result,)?gap,result,summary$/);
    const names = lines.flatMap(({ classes }) => classes?.map(({ name }) => name) ?? []);
    expect(changes(names)).toEqual(['up', 'down']);
    expect(stderr).toMatch(/ttyL: disconnected/);
  });

  it('answers every window of a recording that is played as fast as it is taken, and the same each time', async () => {
    const answers = async (speed: string) => {
      const { code, stdout, stderr } = await live('--from', 'rec', '--json', '--speed', speed).ended;
      expect(code, stderr).toBe(0);
      const lines = linesOf(stdout);
      const results = lines.filter(({ kind }) => kind === 'result');
      expect(results.every(({ latencyMs }) => latencyMs! > 0)).toBe(true);
      expect(results.every(({ inputs }) => inputs!.join() === 'motion')).toBe(true);
      expect(changes(results.map(({ classes }) => classes![0]!.name))).toEqual(['up', 'down']);
      return { classes: results.map(({ classes }) => classes), counts: lines.at(-1)!.counts!.motion! };
    };
    const atOnce = await answers('max');
    // two seconds in windows of 0.2 s
    expect(atOnce.counts).toEqual({ windows: 10, answered: 10, bad: 0, dropped: 0 });
    expect((await answers('max')).classes).toEqual(atOnce.classes);
    // at a pace a busy machine may drop some, and says so
    const { windows, answered, dropped } = (await answers('4')).counts;
    expect(windows).toBe(10);
    expect(answered! + dropped!).toBe(windows);
  });

  it('keeps an alarm: when it began, what it was made of, and that it was over with the recording', async () => {
    const { code, stdout, stderr } = await live(
      ...['--from', 'rec', '--speed', 'max', '--alarm', 'jsonl', '--min-duration', '0.3'],
    ).ended;
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(
      /^ +\d\.\d s {2}Alarm way begins: peak 0\.\d\d, mean 0\.\d\d, since \S+ {2}\(motion 0\.\d\d\)$/m,
    );
    const lines = linesOf(await readFile(project.path('alarms', 'alarms.jsonl'), 'utf8')) as never as Alarm[];
    const [begin, end, ...more] = lines.filter(({ kind }) => kind === 'begin' || kind === 'end');
    expect(more).toEqual([]);
    expect(begin).toMatchObject({ watch: 'way', inputs: { motion: begin!.level }, recording: begin!.id });
    expect(end).toMatchObject({ id: begin!.id, began: begin!.began, reason: 'the recording is over' });
    const kept = JSON.parse(await readFile(project.path('alarms', begin!.id, 'recording.json'), 'utf8'));
    expect(kept).toMatchObject({ format: 'modalkit-recording', streams: [{ name: 'motion', counters: {} }] });
  });

  it('names the best samples of the run, as query does', async () => {
    const { code, stdout, stderr } = await live('--from', 'rec', '--speed', 'max', '--to', 'caption', '--top', '2')
      .ended;
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(
      /^ +\d\.\d s {2}way: up \d\.\d\d {2}caption: "(?:it goes|向)[^"]+" -?\d\.\d\d {2}\(motion, /m,
    );
    const json = await live('--from', 'rec', '--speed', 'max', '--to', 'caption', '--top', '2', '--json').ended;
    const [first] = linesOf(json.stdout).filter(({ kind }) => kind === 'result');
    expect(first!.matches).toHaveLength(2);
    expect(first!.matches!.every(({ id }) => /^m1[2-5]$/.test(id))).toBe(true);
  });

  it('reads a replayed device like a real one', async () => {
    const playing = command('replay', 'rec', '--project', '.', '--pty', '--speed', '2');
    const [, port] = await playing.printed(/^motion: (\/dev\/\S+)\n/);
    const listening = live('--source', `motion=${sourceOf(port!)}`, '--json');
    expect((await playing.ended).code).toBe(0);
    await listening.printed(/"name":"down"/);
    listening.process.kill('SIGINT');
    const { code, stdout } = await listening.ended;
    expect(code).toBe(130);
    const names = linesOf(stdout).flatMap(({ classes }) => classes?.map(({ name }) => name) ?? []);
    expect(changes(names)).toEqual(['up', 'down']);
  });

  it('refuses in one sentence what cannot feed the run', async () => {
    const refused = (...args: string[]) => live(...args).ended;
    expectOneSentence(await refused('--source', sourceOf('ttyN')), 2, /say which input it feeds/);
    const both = await refused('--from', 'rec', '--source', `motion=${sourceOf('ttyN')}`);
    expectOneSentence(both, 2, /--from and --source/);
    const words = await refused('--source', `caption=${sourceOf('ttyN')}`);
    expectOneSentence(words, 3, /live\.caption/, /takes no live input/);
    expectOneSentence(await refused('--source', `motoin=${sourceOf('ttyN')}`), 3, /did you mean "motion"\?/);
    expectOneSentence(await run('live', '--run', 'nowhere'), 2, /nowhere/, /no run in this folder/);
    const gone = await refused('--source', `motion=${sourceOf('/dev/ttyNone')}`);
    expect(gone.stderr).toMatch(/^modalkit: Serial port \/dev\/ttyNone: there is no such port/m);
    expect(gone.code).toBe(4);
  });
});

/** A program itself, not a script that looks for it. */
function programOf(name: string): string {
  const [program, args] = name === 'socat' ? ['which', [name]] : [name, ['-c', 'import sys; print(sys.executable)']];
  const { stdout, status } = spawnSync(program as string, args as string[], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`this test needs ${name}; install it`);
  return stdout.trim();
}
