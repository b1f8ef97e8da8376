import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeAudio, decodeFrames, encodeMedia, type MediaLimits } from '../../packages/media/src/index.js';
import { children, make, request, scratch, tone } from '../../packages/media/test/helpers.js';
import { buildChild } from './build-child.js';
import { straceMissing } from './checkpoint/trace.js';
import { mutate } from './media/mutate.js';
import { outcomeOf } from './media/outcome.js';
import { traced } from './media/strace.js';
import { writeVectors } from './media/vectors.js';
import { memoryOf } from './media/watch-memory.js';

const folder = scratch();
const FULL = Boolean(process.env.MODALKIT_FULL);
let child: string;
beforeAll(async () => {
  child = await buildChild(join(import.meta.dirname, 'media', 'child.ts'));
});
afterAll(() => rmSync(dirname(child), { recursive: true }));

const missing = straceMissing();
if (missing) console.log(`Skipped: files that want others opened: ${missing}.`);

describe.skipIf(missing)('a file that wants another one opened', { timeout: 300_000 }, () => {
  const root = join(folder, 'vectors');
  let vectors: ReturnType<typeof writeVectors>;
  beforeAll(() => {
    mkdirSync(root);
    vectors = writeVectors(root);
  });

  it('opens nothing and connects to nothing', () => {
    const args = [child, 'read', ...vectors.map(({ file }) => file)];
    const { stdout, opened, sockets, started } = traced(join(folder, 'trace'), process.execPath, args);
    const results = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(results).toHaveLength(vectors.length);
    for (const { outcomes, seconds } of results) {
      for (const { code } of outcomes) expect(code).toBe('SAMPLE');
      expect(seconds).toBeLessThan(10);
    }
    expect(opened.filter((path) => vectors.some(({ foreign }) => path.includes(foreign)))).toEqual([]);
    expect(sockets).toBe(0);
    // the trace did see ffmpeg at work, and no shell
    expect(opened.some((path) => path.endsWith('behind-ftyp/x.mp4'))).toBe(true);
    expect(started.some((path) => path.endsWith('/ffmpeg'))).toBe(true);
    expect(started.filter((path) => /\/(?:ba|da)?sh$/.test(path))).toEqual([]);
  });

  // The control: without the pins each of these is followed, and the trace sees it.
  it.each(['hls', 'ffconcat', 'master', 'http'])('is followed by an ffmpeg without pins: %s', (name) => {
    const { file, foreign } = vectors.find((vector) => vector.name === name)!;
    const args = ['-nostdin', '-v', 'quiet', '-i', file, '-f', 'null', '-'];
    const { opened, sockets } = traced(join(folder, 'trace'), 'ffmpeg', args);
    if (name === 'http') expect(sockets).toBeGreaterThan(0);
    else expect(opened.filter((path) => path.includes(foreign)).length).toBeGreaterThan(0);
  });
});

describe('a file that unpacks to too much', { timeout: 120_000 }, () => {
  const frames =
    (file: string, width: number, limits: Partial<MediaLimits> = {}) =>
    async () => {
      const wish = { ...request(file), width, height: width, fit: 'stretch', channels: 1, limits } as const;
      for await (const _ of decodeFrames(wish));
    };
  /** Refused with this sentence, in time, in the memory of the bomb test. */
  const refused = async (read: () => Promise<void>, sentence: string) => {
    const began = performance.now();
    let message = '';
    const mib = await memoryOf(async () => {
      message = (await outcomeOf(read)).message;
    });
    expect(message).toContain(sentence);
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(children()).toEqual([]);
    return mib;
  };

  it('a picture of 16000 x 16000 pixels, in 128 MiB', async () => {
    const bomb = make(
      join(folder, 'bomb.mov'),
      '-f lavfi -i color=gray:s=16000x16000,format=gray -frames:v 1 -c:v png',
    );
    expect(readFileSync(bomb).length).toBeLessThan(1024 * 1024);
    const mib = await refused(
      frames(bomb, 16),
      'has pictures of 16000 x 16000 pixels, more than limits.maxPixels, 16777216;',
    );
    expect(mib).toBeGreaterThan(1);
    expect(mib).toBeLessThanOrEqual(128);
    // the control
    const free = await memoryOf(async () => {
      const ffmpeg = spawn('ffmpeg', ['-nostdin', '-v', 'quiet', '-i', bomb, '-f', 'null', '-'], { stdio: 'ignore' });
      await once(ffmpeg, 'close');
    });
    expect(free).toBeGreaterThan(256);
    const png = make(join(folder, 'bomb.png'), `-i ${bomb} -c copy -f image2`);
    await refused(frames(png, 16), 'is no audio or video file that may be read');
  });

  it('a video of many large frames: by bytes, by time', async () => {
    const few = make(
      join(folder, 'few.mp4'),
      '-f lavfi -i color=s=2048x2048:r=25:d=0.4 -c:v libx264 -preset ultrafast',
    );
    const bomb = make(join(folder, 'bomb.mp4'), `-stream_loop 200 -i ${few} -c copy`);
    await refused(frames(bomb, 2048, { maxBytes: 64 * 2 ** 20 }), 'decodes to more than limits.maxBytes, 67108864;');
    await refused(frames(bomb, 16, { wallSeconds: 1.5 }), 'kept ffmpeg busy for more than limits.wallSeconds, 1.5;');
  });

  it('a silence of many samples', async () => {
    const bomb = make(join(folder, 'bomb.flac'), '-f lavfi -i anullsrc=r=192000:cl=7.1:d=60 -c:a flac');
    expect(readFileSync(bomb).length).toBeLessThan(2 ** 20);
    const limits = { maxBytes: 32 * 2 ** 20 };
    const read = async () => {
      for await (const _ of decodeAudio({ ...request(bomb), sampleRate: 192_000, channels: 8, limits }));
    };
    await refused(read, 'decodes to more than limits.maxBytes, 33554432;');
  });
});

describe('damaged files', { timeout: 3_600_000 }, () => {
  const count = FULL ? 5000 : 18;

  it(`${count} mutations of good files end in frames, sound or one clear error`, async () => {
    const originals = await goodFiles();
    const found: Record<string, number> = {};
    const lanes = [0, 1].map(async (lane) => {
      for (let seed = lane; seed < count; seed += 2) {
        const original = originals[seed % originals.length]!;
        const file = join(folder, `mutation-${lane}.${original.split('.').at(-1)}`);
        writeFileSync(file, mutate(readFileSync(original), seed));
        const began = performance.now();
        const { code } = await outcomeOf(() => readBoth(file));
        expect(performance.now() - began, `seed ${seed}`).toBeLessThan(10_000);
        found[code] = (found[code] ?? 0) + 1;
      }
    });
    await Promise.all(lanes);
    console.log(`mutations: ${JSON.stringify(found)}`);
    expect(children()).toEqual([]);
    expect(Object.keys(found).sort()).toEqual(['SAMPLE', 'ok']);
    // the control: unchanged, they are all read
    for (const file of originals) expect(await outcomeOf(() => readBoth(file)), file).toMatchObject({ code: 'ok' });
  });

  async function goodFiles(): Promise<string[]> {
    const picture = Uint8Array.from({ length: 32 * 32 }, (_, index) => (index * 37) % 256);
    const frames = { width: 32, height: 32, channels: 1, fps: 10, data: Array(5).fill(picture) } as const;
    const audio = { sampleRate: 16000, data: tone(440, 0.5) };
    const files = ['mp4', 'mkv', 'avi', 'wav', 'mp3', 'flac', 'ogg', 'opus', 'm4a'].map((ending) =>
      join(folder, `good.${ending}`),
    );
    for (const file of files) await encodeMedia({ file, audio, ...(/mp4|mkv|avi/.test(file) && { frames }) });
    return files;
  }

  async function readBoth(file: string): Promise<void> {
    const limits = { wallSeconds: 8, maxBytes: 2 ** 26 };
    if (/mp4|mkv|avi/.test(file))
      for await (const _ of decodeFrames({
        ...request(file),
        limits,
        width: 16,
        height: 16,
        fit: 'crop',
        channels: 3,
      }));
    for await (const _ of decodeAudio({ ...request(file), limits, sampleRate: 16000 }));
  }
});

describe('a host that dies', { timeout: 60_000 }, () => {
  let file: string;
  beforeAll(() => {
    file = make(join(folder, 'long.mp4'), '-f lavfi -i testsrc=s=64x64:r=25:d=60 -preset ultrafast');
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('leaves no ffmpeg: %s', async (signal) => {
    expect(await survivorOf('hold', signal)).toBeUndefined();
  });

  it('leaves one that was started plainly: the control', async () => {
    const survivor = await survivorOf('orphan', 'SIGKILL');
    expect(survivor).toBeDefined();
    process.kill(survivor!, 'SIGKILL');
  });

  /** The ffmpeg of a host that was ended by this signal, if a second later it is still there. */
  async function survivorOf(mode: string, signal: NodeJS.Signals): Promise<number | undefined> {
    const host = spawn(process.execPath, [child, mode, file], { stdio: ['ignore', 'pipe', 'inherit'] });
    await Promise.race([once(host.stdout, 'data'), once(host, 'exit')]);
    const { pid } = children(host.pid!)[0]!;
    host.kill(signal);
    await once(host, 'exit');
    const there = () => existsSync(`/proc/${pid}`) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
    for (let tries = 0; there(); tries++) {
      if (tries === 50) return pid;
      await sleep(20);
    }
    return undefined;
  }
});

it('ffmpeg that is nowhere is told with the three ways to get it', () => {
  const env = { ...process.env, PATH: folder, FFMPEG_PATH: '', NODE_PATH: '' };
  const file = make(join(folder, 'a.wav'), '-f lavfi -i sine=d=0.1');
  const { stdout } = spawnSync(process.execPath, [child, 'read', file], { encoding: 'utf8', env });
  for (const { code, message } of JSON.parse(stdout).outcomes) {
    expect(code).toBe('SAMPLE');
    expect(message).toBe(
      'ffmpeg was not found: install it by your system so that it is on PATH, set FFMPEG_PATH to it, or `npm install @ffmpeg-installer/ffmpeg`.',
    );
  }
});
