import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { decodeAudio, decodeFrames, encodeMedia, probeMedia } from '../src/index.js';
import { framesOf, make, request, scratch, soundOf, tone, write } from './helpers.js';

const folder = scratch();
const video = join(folder, 'video.mp4');
const sound = join(folder, 'sound.wav');
const picture = new Uint8Array(64 * 48);

beforeAll(async () => {
  const frames = { width: 64, height: 48, channels: 1, fps: 10, data: Array(30).fill(picture) } as const;
  await encodeMedia({ file: video, frames });
  await encodeMedia({ file: sound, audio: { sampleRate: 16000, data: tone(440, 1) } });
});

const refused = (sentence: string) => ({ code: 'SAMPLE', message: sentence });
const file = (name: string, content: string | Uint8Array) => write(join(folder, name), content);

describe('what is no media', () => {
  test.each([
    [
      'text.mp4',
      'Four score and seven',
      'is no audio or video file that may be read (it begins with "Four score and s"); convert it to mp4 or wav',
    ],
    [
      'list.mp4',
      '#EXTM3U\n#EXTINF:1,\nother.ts\n',
      'is an HLS playlist, which names other files; give the media file itself',
    ],
    [
      '标记.mp4',
      '\ufeff#EXTM3U\n#EXTINF:1,\nother.ts\n',
      'is an HLS playlist, which names other files; give the media file itself',
    ],
    [
      'list.wav',
      "ffconcat version 1.0\nfile 'other.wav'\n",
      'is an ffconcat list, which names other files; give the media file itself',
    ],
    ['empty.mp4', '', 'is empty (0 bytes); write it again or take its sample out'],
  ])('%s', async (name, content, reason) => {
    const path = file(name, content);
    const error = refused(`Media ${JSON.stringify(name)} ${reason}.`);
    await expect(framesOf(path)).rejects.toMatchObject(error);
    await expect(soundOf(path)).rejects.toMatchObject(error);
    await expect(probeMedia(request(path))).rejects.toMatchObject(error);
  });

  test('paths that are no file', async () => {
    await expect(framesOf('relative.mp4')).rejects.toThrow('is no absolute path');
    await expect(framesOf('http://127.0.0.1/a.mp4')).rejects.toThrow('is no absolute path');
    await expect(framesOf(`${video}\n`)).rejects.toThrow('control characters');
    await expect(framesOf(join(folder, 'none.mp4'))).rejects.toThrow(
      'cannot be opened (ENOENT); check that it is there',
    );
    await expect(framesOf(folder)).rejects.toThrow('is not a regular file');
    const fifo = join(folder, 'fifo.mp4');
    execFileSync('mkfifo', [fifo]);
    await expect(framesOf(fifo)).rejects.toThrow('is not a regular file');
  });
});

describe('what lacks a track or is damaged', () => {
  test('no sound, no pictures', async () => {
    await expect(soundOf(video)).rejects.toMatchObject(
      refused('Media "video.mp4" has no audio track; give a file with sound.'),
    );
    await expect(framesOf(sound)).rejects.toMatchObject(
      refused('Media "sound.wav" has no video track; give a file with pictures.'),
    );
  });

  test('a video without frames', async () => {
    const none = make(join(folder, 'none.avi'), `-i ${video} -c copy -frames:v 0`);
    await expect(framesOf(none)).rejects.toThrow(
      'Media "none.avi" holds no frame and no sound; give a file with media in it.',
    );
  });

  test('truncated: the index is missing, or a part of the data', async () => {
    const headless = file('headless.mp4', readFileSync(video).subarray(0, 900));
    await expect(framesOf(headless)).rejects.toThrow(
      'Media "headless.mp4" is truncated or damaged (moov atom not found); replace it.',
    );
    const short = file('short.wav', readFileSync(sound).subarray(0, 20_000));
    await expect(soundOf(short)).rejects.toThrow('Media "short.wav" is truncated or damaged (');
    const front = make(join(folder, 'front.mp4'), `-i ${video} -c copy -movflags faststart`);
    truncateSync(front, statSync(front).size - 300);
    await expect(framesOf(front)).rejects.toThrow('Media "front.mp4" is truncated or damaged (');
  });

  test('sound that is shorter than the picture is fine', async () => {
    const both = make(join(folder, 'both.mkv'), `-i ${video} -i ${sound} -c:v copy -c:a pcm_s16le`);
    expect(await framesOf(both)).toHaveLength(30);
    expect((await soundOf(both)).samples).toHaveLength(16000);
  });
});

describe('limits', () => {
  test('pixels, streams, bytes: which, how much, the option', async () => {
    await expect(framesOf(video, { limits: { maxPixels: 3000 } })).rejects.toMatchObject(
      refused(
        'Media "video.mp4" has pictures of 64 x 48 pixels, more than limits.maxPixels, 3000; raise it or make them smaller.',
      ),
    );
    const three = make(join(folder, 'three.mkv'), `-i ${video} -i ${video} -i ${video} -map 0 -map 1 -map 2 -c copy`);
    await expect(framesOf(three, { limits: { maxStreams: 2 } })).rejects.toThrow(
      'has more streams than limits.maxStreams, 2;',
    );
    await expect(framesOf(video, { limits: { maxBytes: 640 } })).rejects.toThrow(
      'decodes to more than limits.maxBytes, 640;',
    );
    expect(await framesOf(video, { limits: { maxBytes: 30 * 64 } })).toHaveLength(30);
  });

  test('memory', async () => {
    await expect(framesOf(video, { limits: { memoryMib: 100 } })).rejects.toThrow(/limits.memoryMib,? 100/);
  });

  test('options that make no sense', async () => {
    await expect(framesOf(video, { width: 0 })).rejects.toMatchObject({ code: 'OPTIONS' });
    await expect(framesOf(video, { limits: { maxpixels: 4 } as object })).rejects.toThrow('maxpixels');
    await expect(framesOf(video, { start: -1 })).rejects.toMatchObject({ code: 'OPTIONS' });
    await expect(soundOf(sound, { sampleRate: Number.NaN })).rejects.toMatchObject({ code: 'OPTIONS' });
    const injected = { kind: 'fps', fps: '1)+print(1,16' } as unknown as { kind: 'fps'; fps: number };
    await expect(framesOf(video, { select: injected })).rejects.toMatchObject({ code: 'OPTIONS' });
  });

  test('a request that is aborted before it begins', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(
      decodeFrames({ ...request(video), width: 1, height: 1, fit: 'crop', channels: 1, signal }).next(),
    ).rejects.toThrow('enough');
    await expect(decodeAudio({ ...request(sound), sampleRate: 8000, signal }).next()).rejects.toThrow('enough');
  });
});
