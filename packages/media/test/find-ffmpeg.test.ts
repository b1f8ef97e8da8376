import { chmodSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { encodeMedia, findFfmpeg, probeMedia, synthesiseSpeech } from '../src/index.js';
import { children, framesOf, make, request, scratch, soundOf, tone, write } from './helpers.js';

const folder = scratch();
const saved = { ...process.env };
const installed = createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg').path as string;

afterEach(() => {
  for (const name of ['PATH', 'FFMPEG_PATH']) {
    if (saved[name] === undefined) delete process.env[name];
    else process.env[name] = saved[name];
  }
});

test('FFMPEG_PATH comes first, then PATH, then the package', async () => {
  expect(await findFfmpeg()).toMatchObject({ source: 'PATH', can: { flite: true, h264: true, rtsp: true } });
  process.env.FFMPEG_PATH = installed;
  expect(await findFfmpeg()).toMatchObject({ source: 'FFMPEG_PATH', path: installed, ffprobe: undefined });
  delete process.env.FFMPEG_PATH;
  process.env.PATH = folder;
  const last = await findFfmpeg();
  expect(last).toMatchObject({ source: '@ffmpeg-installer/ffmpeg', path: installed });
  expect(last!.can).toMatchObject({ flite: false, h264: true, fpsMode: false });
});

test('an FFMPEG_PATH that does not run is an error, not a silent choice of another', async () => {
  process.env.FFMPEG_PATH = join(folder, 'none');
  await expect(findFfmpeg()).rejects.toMatchObject({
    code: 'CONFIG',
    message: expect.stringContaining('does not run'),
  });
  const other = write(join(folder, 'other'), '#!/bin/sh\necho hello\n');
  chmodSync(other, 0o755);
  process.env.FFMPEG_PATH = other;
  await expect(findFfmpeg()).rejects.toThrow(`FFMPEG_PATH is "${other}", which does not run; correct it or unset it.`);
});

describe('the build of 2018, without ffprobe', () => {
  test('probes, decodes, encodes, refuses', async () => {
    const plain = make(join(folder, 'plain.mp4'), '-f lavfi -i testsrc=s=32x16:r=10:d=1 -c:v libx264');
    const turned = make(join(folder, 'turned.mp4'), `-i ${plain} -c copy -metadata:s:v:0 rotate=90`);
    process.env.FFMPEG_PATH = installed;
    const file = join(folder, '旧 old.mp4');
    const frames = {
      width: 32,
      height: 32,
      channels: 1,
      fps: 10,
      data: Array.from({ length: 10 }, (_, i) => new Uint8Array(1024).fill(20 * i + 20)),
    } as const;
    await encodeMedia({ file, frames, audio: { sampleRate: 16000, data: tone(440, 1) } });
    expect(await probeMedia(request(file))).toMatchObject({
      format: 'mov',
      video: { codec: 'h264', width: 32, height: 32, frameRate: 10, start: 0 },
      audio: { codec: 'aac', sampleRate: 16000, channels: 1, start: 0 },
    });
    expect(await probeMedia(request(turned))).toMatchObject({ video: { rotation: 270 } });
    const decoded = await framesOf(file, { select: { kind: 'fps', fps: 5 }, start: 0.2 });
    expect(decoded.map(({ time }) => Math.round(time * 1e4) / 1e4)).toEqual([0.2, 0.4, 0.6, 0.8]);
    expect(Math.abs(decoded[0]!.pixels[0]! - 60)).toBeLessThan(5);
    expect((await soundOf(file, { duration: 0.5 })).samples).toHaveLength(8000);
    await expect(framesOf(file, { limits: { maxPixels: 1000 } })).rejects.toThrow('has pictures of 32 x 32 pixels');
    await expect(soundOf(turned)).rejects.toThrow('has no audio track');
    expect(children()).toEqual([]);
  });

  test('speech is refused by name', async () => {
    process.env.FFMPEG_PATH = installed;
    const speech = synthesiseSpeech({ words: 'one', voice: 'slt', sampleRate: 16000 });
    await expect(speech).rejects.toThrow(`Speech: the ffmpeg of FFMPEG_PATH (${installed}) was built without flite;`);
  });
});
