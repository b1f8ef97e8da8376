import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ffmpeg } from './film.js';
import { adapterOf, hostContext } from './helpers.js';

const MIB = 2 ** 20;
/** Ten minutes in full runs: 18,000 frames of 147 KB each, 2.6 GB. */
const LONG = process.env.MODALKIT_FULL ? 600 : 30;

test(`memory is that of the window: as flat over ${LONG} s as over 10 s`, { timeout: 300_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'modalkit-长-'));
  // one second once encoded, then repeated without encoding: a long film at once
  const second = ['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=30:d=10', '-c:v', 'libx264', '-preset', 'ultrafast'];
  await ffmpeg(...second, join(folder, '10.mp4'));
  await ffmpeg(
    '-stream_loop',
    String(LONG / 10 - 1),
    '-i',
    join(folder, '10.mp4'),
    '-c',
    'copy',
    join(folder, 'long.mp4'),
  );
  // a variable rate hides the number of frames: no thinning in ffmpeg, every frame comes here
  const adapter = adapterOf({ size: 224, maxFrames: 8, policy: 'fps', fps: 1000 });
  const peak = async (name: string) => {
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss);
    }, 10);
    const clip = await adapter.prepare(name, hostContext(folder));
    clearInterval(watch);
    expect(clip.times.length / 2).toBe(8);
    return most;
  };
  await peak('10.mp4');
  const short = await peak('10.mp4');
  const long = await peak('long.mp4');
  expect((long - short) / MIB).toBeLessThan(48);
});
