import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { type FileHandle, mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFfmpeg } from '@modalkit/media';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { modalkit, type Started, start } from '../journeys/tools/modalkit.js';
import { CHANNELS, type MotionProject, motionProject, RATE } from '../journeys/tools/motion-project.js';

/** A line of `alarms.jsonl`. */
interface Line {
  readonly kind: string;
  readonly id: string;
  readonly began: string;
  readonly ended: string;
  readonly at: string;
  readonly input?: string;
  readonly [field: string]: unknown;
}

const full = process.env.MODALKIT_FULL === '1';
const ffmpeg = full && (await findFfmpeg());
let project: MotionProject;
const cleaning: (() => unknown)[] = [];

beforeAll(async () => {
  if (!full) return;
  project = await motionProject();
  const trained = await modalkit(['train', '--run', 'run', '--no-report'], { cwd: project.folder });
  expect(trained.code, trained.stderr).toBe(0);
}, 120_000);
afterEach(async () => {
  for (const clean of cleaning.splice(0).reverse()) await clean();
});
afterAll(() => project?.remove());

function watch(args: readonly string[], node: readonly string[] = []): Started {
  const flags = ['live', '--run', 'run', '--alarm', 'jsonl', '--min-duration', '0.4', ...args];
  const started = start(flags, { cwd: project.folder, node });
  cleaning.push(async () => {
    started.process.kill('SIGKILL');
    await started.ended;
  });
  return started;
}

const linesOf = async (folder: string): Promise<Line[]> =>
  (await readFile(project.path(folder, 'alarms.jsonl'), 'utf8'))
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
const alarmsOf = async (folder: string) =>
  (await linesOf(folder)).filter(({ kind }) => kind === 'begin' || kind === 'end');

/** A serial line between two pseudo-terminals of socat. */
class Wire {
  private seq = 0;
  /** Seconds that the device's clock is ahead. */
  ahead = 0;
  private constructor(
    readonly port: string,
    private readonly socat: ChildProcess,
    private readonly device: FileHandle,
  ) {}

  static async plug(name: string): Promise<Wire> {
    const [port, far] = [project.path(name), project.path(`${name}-far`)];
    const socat = spawn('socat', [`pty,rawer,link=${port}`, `pty,rawer,link=${far}`], { stdio: 'ignore' });
    await expect
      .poll(() =>
        stat(far)
          .then(() => stat(port))
          .then(Boolean, () => false),
      )
      .toBe(true);
    const wire = new Wire(port, socat, await open(far, 'w'));
    cleaning.push(() => wire.unplug());
    return wire;
  }

  source(): string {
    return `motion=sensor:${this.port}?format=csv&channels=${CHANNELS}&gap=1`;
  }

  async send(x: number, count: number): Promise<void> {
    const began = performance.now();
    for (let sent = 0; sent < count; sent++, this.seq++) {
      await this.device.write(`${this.seq},${(this.seq / RATE + this.ahead).toFixed(6)},${x},${-x}\n`);
      const left = began + ((sent + 1) * 1000) / RATE - performance.now();
      if (left > 0) await sleep(left);
    }
  }

  async garbage(bytes: number): Promise<void> {
    await this.device.write(Uint8Array.from({ length: bytes }, (_, at) => (at * at * 31 + at * 7) % 256));
    await this.device.write('\n');
  }

  async unplug(): Promise<void> {
    await this.device.close().catch(() => undefined);
    this.socat.kill();
  }
}

describe.runIf(full)('alarms of live input', { timeout: 180_000 }, () => {
  it('outlive garbage on the line, a jump of the device’s clock and an unplugged cable: each is told, none is an alarm', async () => {
    const wire = await Wire.plug('ttyW');
    const live = watch(['--alarms', 'wire', '--source', wire.source()]);
    await live.printed(/connected\./);
    await wire.send(1, RATE);
    await wire.garbage(4096);
    await wire.send(1, RATE / 2);
    wire.ahead = 3600;
    await wire.send(1, RATE);
    expect(await alarmsOf('wire')).toEqual([]);
    await wire.send(-1, RATE);
    await live.printed(/Alarm way begins/);
    await wire.unplug();
    await live.printed(/it counts as absent/);
    const again = await Wire.plug('ttyW');
    await live.printed(/connected again\./);
    await again.send(-1, RATE);
    await again.send(1, 2 * RATE);
    await live.printed(/Alarm way ends/);
    live.process.kill('SIGINT');
    const { code, stderr } = await live.ended;
    expect(code, stderr).toBe(130);
    const lines = await linesOf('wire');
    const [begin, end, ...more] = await alarmsOf('wire');
    expect(more).toEqual([]);
    expect(end).toMatchObject({ kind: 'end', id: begin!.id });
    const kinds = lines.map(({ kind, input }) => (input ? `${kind} ${input}` : kind));
    expect(kinds).toEqual(expect.arrayContaining(['watching', 'silent motion', 'gap motion', 'kept', 'stopped']));
    const { counters } = lines.at(-1) as never as { counters: { motion: Record<string, number> } };
    expect(counters.motion.noise).toBeGreaterThan(0);
    expect(counters.motion.reconnects).toBe(1);
  });

  it('are neither lost nor doubled by kills at any time', async () => {
    const wire = await Wire.plug('ttyK');
    let stop = false;
    // down for 1 s, up for 1 s, and so on, whoever listens
    const sending = (async () => {
      for (let turn = 0; !stop; turn++) await wire.send(turn % 2 === 0 ? -1 : 1, RATE);
    })();
    const rounds = 8;
    for (let round = 0; round < rounds; round++) {
      const live = watch(['--alarms', 'killed', '--keep', '0.5', '--source', wire.source()]);
      await live.printed(/connected\./);
      await live.printed(/Alarm way (?:begins|ends)/);
      await sleep((round * 337) % 1500);
      live.process.kill('SIGKILL');
      await live.ended;
    }
    const last = watch(['--alarms', 'killed', '--source', wire.source()]);
    await last.printed(/Alarm way ends/);
    last.process.kill('SIGINT');
    expect((await last.ended).code).toBe(130);
    stop = true;
    await sending;
    const alarms = await alarmsOf('killed');
    // an alarm, its end, the next one: none twice, none open beside another
    alarms.forEach(({ kind, id }, at) => {
      expect(kind).toBe(at % 2 === 0 ? 'begin' : 'end');
      if (kind === 'end') expect(id).toBe(alarms[at - 1]!.id);
    });
    expect(new Set(alarms.map(({ id }) => id)).size).toBe(Math.ceil(alarms.length / 2));
    expect(alarms.length).toBeGreaterThan(2);
  });

  it('are told on a full disk, and are in the file once there is room: whole, and once', async (context) => {
    const folder = project.path('disk');
    await mkdir(folder);
    const isRoot = process.getuid?.() === 0;
    if (!isRoot || spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder]).status !== 0)
      context.skip('no mount is permitted here');
    cleaning.push(() => spawnSync('umount', [folder]));
    // so that what is left of the file's page holds no alarm
    await writeFile(`${folder}/alarms.jsonl`, `${JSON.stringify({ kind: 'note', about: 'x'.repeat(3600) })}\n`);
    const wire = await Wire.plug('ttyF');
    const live = watch(['--alarms', 'disk', '--source', wire.source()]);
    await live.printed(/connected\./);
    await rm(project.path('disk', '.reserve'));
    spawnSync('dd', ['if=/dev/zero', `of=${folder}/fill`, 'bs=1k', 'count=1000'], { stdio: 'ignore' });
    await wire.send(-1, RATE);
    await live.printed(/Alarm way begins/);
    await live.printed(/alarms\.jsonl: the disk takes no more; it is tried again/);
    await live.printed(/The recording of alarm .* is not whole: .*ENOSPC/);
    expect(await alarmsOf('disk')).toEqual([]);
    await rm(`${folder}/fill`);
    await expect.poll(() => alarmsOf('disk'), { timeout: 10_000 }).toHaveLength(1);
    await wire.send(1, 2 * RATE);
    await live.printed(/Alarm way ends/);
    live.process.kill('SIGINT');
    expect((await live.ended).code).toBe(130);
    expect((await alarmsOf('disk')).map(({ kind }) => kind)).toEqual(['begin', 'end']);
  });

  it('last as long as they last when the computer’s date is set', async () => {
    const ahead = project.path('ahead.mjs');
    await writeFile(
      ahead,
      `const now = Date.now; let set = 0; process.on('SIGUSR2', () => { set = 3_600_000; });
       Date.now = () => now() + set;`,
    );
    const wire = await Wire.plug('ttyC');
    const live = watch(['--alarms', 'clock', '--source', wire.source()], ['--import', ahead]);
    await live.printed(/connected\./);
    await wire.send(1, RATE / 2);
    live.process.kill('SIGUSR2');
    await wire.send(1, RATE / 2);
    await live.printed(/The date of this computer was set by 3600\.0 s/);
    expect(await alarmsOf('clock')).toEqual([]);
    await wire.send(-1, 2 * RATE);
    await wire.send(1, 2 * RATE);
    await live.printed(/Alarm way ends/);
    live.process.kill('SIGINT');
    await live.ended;
    const [begin, end] = await alarmsOf('clock');
    const seconds = (Date.parse(end!.ended) - Date.parse(begin!.began)) / 1000;
    expect(seconds).toBeGreaterThan(1.7);
    expect(seconds).toBeLessThan(2.6);
    expect(await linesOf('clock')).toContainEqual(expect.objectContaining({ kind: 'clock' }));
  });
});

const SEEN = `import { audio } from '@modalkit/audio';
import { classify, crossEntropy, defineConfig, jsonl, late } from '@modalkit/core';
import { video } from '@modalkit/video';

const small = { width: 8, layers: 1, heads: 2 };

export default defineConfig({
  inputs: {
    sound: audio({ floor: -6, chunk: { seconds: 0.96, overlap: 0.32 }, mels: 16, ...small }),
    film: video({ size: 32, channels: 1, policy: 'fps', fps: 4, window: 0.5, maxFrames: 16, patch: 16, ...small }),
  },
  space: { width: 8 },
  fusion: late(),
  heads: { state: classify({ classes: ['normal', 'loud'] }) },
  objectives: { state: crossEntropy({ head: 'state' }) },
  data: { source: jsonl({ path: 'windows.jsonl' }), batch: 4, workers: 0 },
  train: { steps: 2 },
});
`;

describe.runIf(ffmpeg)(
  'a microphone that goes silent, and a picture that goes black (needs ffmpeg)',
  { timeout: 180_000 },
  () => {
    it('are told as a drift, and what is as in training is not', async () => {
      await writeFile(project.path('modalkit.config.mjs'), SEEN);
      const noise = 'sound=audio:test:anoisesrc=amplitude=0.3';
      const film = 'film=video:test:testsrc2=size=64x48:rate=8?size=32&channels=1&fps=8';
      const run = (...args: string[]) => modalkit(args, { cwd: project.folder });
      const done = async (...args: string[]) => {
        const { code, stderr } = await run(...args);
        expect(code, stderr).toBe(0);
      };
      const labels = [
        { start: 0, end: 9, label: 'normal', source: 'test' },
        { start: 9, end: 12, label: 'loud', source: 'test' },
      ];
      for (const out of ['seen', 'held']) {
        await done('record', '--seconds', '12', '--source', noise, '--source', film, '--out', out);
        await writeFile(project.path(out, 'labels.jsonl'), labels.map((label) => JSON.stringify(label)).join('\n'));
      }
      const cut = ['--label-rule', 'majority', '--target', 'state', '--hold', 'test=held', '--out', 'windows.jsonl'];
      await done('slice', 'seen', 'held', '--length', '1', ...cut);
      await done('train', '--run', 'seen-run', '--no-report');
      const listen = (folder: string, ...sources: string[]) =>
        done(
          ...['live', '--run', 'seen-run', '--alarm', 'jsonl', '--alarms', folder, '--seconds', '14'],
          ...sources.flatMap((source) => ['--source', source]),
        );
      await listen('same', noise, film);
      expect((await linesOf('same')).filter(({ kind }) => kind === 'drift')).toEqual([]);
      const dark = 'film=video:test:color=black:size=64x48:rate=8?size=32&channels=1&fps=8';
      await listen('other', 'sound=audio:test:anullsrc', dark);
      const drifts = (await linesOf('other')).filter(({ kind }) => kind === 'drift');
      expect(drifts.map(({ input, series, over }) => `${input} ${series} ${over}`).sort()).toEqual([
        'film grey false',
        'sound level false',
      ]);
      // the picture has one grey everywhere
      expect(drifts.find(({ input }) => input === 'film')!.deviation).toBeLessThan(0.01);
    });
  },
);
