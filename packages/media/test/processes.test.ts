import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { decodeAudio, decodeFrames } from '../src/index.js';
import { children, framesOf, make, openFiles, request, scratch } from './helpers.js';

const folder = scratch();
const video = join(folder, 'long.mp4');
const size = { width: 64, height: 64, fit: 'stretch', channels: 3 } as const;

beforeAll(() => {
  make(video, '-f lavfi -i testsrc=s=64x64:r=25:d=60 -f lavfi -i sine=d=60 -preset ultrafast');
});

describe('no process is left', () => {
  test('the control: one that runs is seen', async () => {
    const frames = decodeFrames({ ...request(video), ...size });
    await frames.next();
    expect(children()).toHaveLength(1);
    await frames.return();
    expect(children()).toEqual([]);
  });

  test('after a break, an error of the consumer, an abort', async () => {
    for await (const { time } of decodeFrames({ ...request(video), ...size })) if (time > 1) break;
    expect(children()).toEqual([]);
    const failing = async () => {
      for await (const _ of decodeAudio({ ...request(video), sampleRate: 48000 })) throw new Error('of the consumer');
    };
    await expect(failing()).rejects.toThrow('of the consumer');
    expect(children()).toEqual([]);
    const stop = new AbortController();
    const aborted = async () => {
      for await (const { time } of decodeFrames({ ...request(video), ...size, signal: stop.signal }))
        if (time > 1) stop.abort(new Error('stopped'));
    };
    await expect(aborted()).rejects.toThrow('stopped');
    expect(children()).toEqual([]);
  });

  test('nor open files, after many reads', async () => {
    const before = openFiles();
    for (let read = 0; read < (process.env.MODALKIT_FULL ? 100 : 8); read++) {
      const frames = decodeFrames({ ...request(video), ...size });
      await frames.next();
      await (read % 2 ? frames.return() : expect(frames.throw(new Error('away'))).rejects.toThrow('away'));
    }
    await sleep(50); // node closes the last pipes after the process
    expect(openFiles() - before).toBeLessThanOrEqual(2);
    expect(children()).toEqual([]);
  });
});

test('frames come without a folder for a pipe too, or with one whose name is long', async () => {
  const clip = make(join(folder, 'clip.mp4'), '-f lavfi -i testsrc=s=64x64:r=25:d=4');
  const big = { width: 640, height: 640 }; // more than is read ahead
  const frames = await framesOf(clip, big);
  expect(frames).toHaveLength(100);
  const long = join(folder, 'long'.repeat(30));
  mkdirSync(long);
  for (const place of [join(folder, 'none'), long]) {
    vi.stubEnv('TMPDIR', place);
    const others = await framesOf(clip, big);
    expect(others.every(({ pixels }, index) => Buffer.compare(pixels, frames[index]!.pixels) === 0)).toBe(true);
    expect(others).toHaveLength(100);
    const some = decodeFrames({ ...request(video), ...size });
    await some.next();
    await some.return();
    expect(children()).toEqual([]);
  }
  vi.unstubAllEnvs();
  expect(readdirSync(long)).toEqual([]);
});

describe('limits', () => {
  test('an ffmpeg that hangs is ended within the wall limit', async () => {
    const frames = decodeFrames({ ...request(video), ...size, limits: { wallSeconds: 2 } });
    await frames.next();
    process.kill(children()[0]!.pid, 'SIGSTOP');
    const began = performance.now();
    const rest = async () => {
      for await (const _ of frames);
    };
    await expect(rest()).rejects.toThrow('kept ffmpeg busy for more than limits.wallSeconds, 2;');
    expect(performance.now() - began).toBeLessThan(4000);
    expect(children()).toEqual([]);
  });

  test('ffmpeg waits for a slow consumer, whose own time does not count', async () => {
    const frames = decodeFrames({ ...request(video), ...size, limits: { wallSeconds: 3 } });
    await frames.next();
    await sleep(800);
    const { pid } = children()[0]!;
    const written = Number(/wchar: (\d+)/.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))![1]);
    // 1 MiB read ahead and what is in pipes, of the 18 MB that there are
    expect(written).toBeGreaterThan(64 * 64 * 3);
    expect(written).toBeLessThan(2.5 * 1024 * 1024);
    await sleep(2500);
    for await (const { time } of frames) if (time > 58) break;
  });
});
