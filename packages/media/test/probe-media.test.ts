import { join } from 'node:path';
import { expect, test } from 'vitest';
import { encodeMedia, probeMedia } from '../src/index.js';
import { parseProbe } from '../src/parse-probe.js';
import { make, request, scratch, tone } from './helpers.js';

const folder = scratch();
const picture = new Uint8Array(64 * 48 * 3);

test('tells what a file holds', async () => {
  const file = join(folder, '一.mp4');
  const frames = { width: 64, height: 48, channels: 3, fps: 12.5, data: Array(25).fill(picture) } as const;
  await encodeMedia({ file, frames, audio: { sampleRate: 22050, data: tone(200, 1, 22050) } });
  expect(await probeMedia(request(file))).toEqual({
    format: 'mov',
    duration: 2,
    video: { codec: 'h264', width: 64, height: 48, rotation: 0, frameRate: 12.5, start: 0 },
    audio: { codec: 'aac', sampleRate: 22050, channels: 1, start: 0 },
  });
});

test('sound alone, a cover picture is no video, any number of channels', async () => {
  const cover = make(join(folder, 'cover.png'), '-f lavfi -i color=red:s=32x32 -frames:v 1');
  const file = make(
    join(folder, 'song.mp3'),
    `-f lavfi -i sine=d=1 -i ${cover} -map 0 -map 1 -c:v copy -disposition:v attached_pic`,
  );
  expect(await probeMedia(request(file))).toMatchObject({ format: 'mp3', audio: { codec: 'mp3', channels: 1 } });
  expect(await probeMedia(request(file))).not.toHaveProperty('video');
  const surround = make(join(folder, 'six.wav'), '-f lavfi -i anullsrc=cl=5.1:d=0.1');
  expect(await probeMedia(request(surround))).toMatchObject({ audio: { channels: 6 } });
});

test('starts of both tracks and the rotation', async () => {
  const video = make(join(folder, 'v.mp4'), '-f lavfi -i testsrc=s=32x16:r=10:d=1 -c:v libx264');
  const late = make(
    join(folder, 'late.mkv'),
    `-f lavfi -i sine=d=2 -itsoffset 0.75 -i ${video} -map 0 -map 1 -c:a pcm_s16le -c:v copy`,
  );
  expect(await probeMedia(request(late))).toMatchObject({ video: { start: 0.75 }, audio: { start: 0 } });
  const afterwards = make(
    join(folder, 'afterwards.mkv'),
    `-i ${video} -itsoffset 0.6 -f lavfi -i sine=d=1 -map 0 -map 1 -c:a pcm_s16le -c:v copy`,
  );
  const { audio, video: picture } = await probeMedia(request(afterwards));
  expect([audio!.start, picture!.start]).toEqual([expect.closeTo(0.6, 2), 0]);
  const turned = make(join(folder, 'turned.mp4'), `-i ${video} -c copy -metadata:s:v:0 rotate=90`);
  // ffmpeg writes and tells turns against the clock
  expect(await probeMedia(request(turned))).toMatchObject({ video: { width: 32, height: 16, rotation: 270 } });
});

test('reads the words of an older ffmpeg', () => {
  const info = parseProbe(
    [
      "[info] Input #0, matroska,webm, from 'file:/a.webm':",
      '[info]   Duration: 01:02:03.50, start: -0.007000, bitrate: 1 kb/s',
      '[info]     Stream #0:0(eng): Video: mjpeg (Baseline), yuvj444p(pc), 600x600, 90k tbr (attached pic)',
      '[info]     Stream #0:1[0x1e]: Video: vp9 (Profile 0) (VP90 / 0x30395056), yuv420p(tv), 1920x1080, SAR 1:1 DAR 16:9, 29.97 fps, 1k tbn (default)',
      '[info]     Stream #0:2: Audio: pcm_s16le, 48000 Hz, 7 channels, s16',
      '[info] Stream mapping:',
      '[info]     Stream #0:9: Audio: aac, 1 Hz, mono',
    ],
    { video: 0.04 },
  );
  expect(info).toEqual({
    duration: 3723.5,
    video: { codec: 'vp9', width: 1920, height: 1080, rotation: 0, frameRate: 29.97, start: 0.04 },
    audio: { codec: 'pcm_s16le', sampleRate: 48000, channels: 7, start: 0 },
  });
});
