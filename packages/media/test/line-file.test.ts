import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { decodeAudio, encodeMedia } from '../src/index.js';
import { launcher } from '../src/launcher.js';
import { LineFile } from '../src/line-file.js';
import { openFiles, request, scratch, tone } from './helpers.js';

const COUNT = 5000;
const WRITE = `for (let at = 0; at < ${COUNT}; at++) require('node:fs').writeSync(2, at + '\\n')`;

/** Has a process write, and returns what is read of it, and how it ended. */
async function written(program: { readonly path: string; readonly before: readonly string[] }) {
  let text = '';
  const file = LineFile.open((piece) => {
    text += Buffer.from(piece).toString();
  })!;
  const child = spawn(program.path, [...program.before, '-e', WRITE], { stdio: ['ignore', 'ignore', file.fd] });
  const closed = once(child, 'close');
  while (child.exitCode === null && child.signalCode === null) {
    file.read();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await closed;
  const bytes = file.read();
  file.close();
  return { text, bytes, code: child.exitCode };
}

test('lines come whole and in order, however they are read; the file has no name and is gone', async () => {
  const place = join(scratch(), 'tmp');
  mkdirSync(place);
  vi.stubEnv('TMPDIR', place);
  const before = openFiles();
  const { text, bytes } = await written({ path: process.execPath, before: [] });
  expect(text.trimEnd().split('\n').map(Number)).toEqual(Array.from({ length: COUNT }, (_, at) => at));
  expect(bytes).toBe(text.length);
  expect(readdirSync(place)).toEqual([]);
  expect(openFiles()).toBeLessThanOrEqual(before);
  vi.unstubAllEnvs();
});

test('a reader who is slower than ffmpeg gets all that waits after ffmpeg has gone', async () => {
  const file = join(scratch(), 'slow.wav');
  await encodeMedia({ file, audio: { sampleRate: 16_000, data: tone(440, 4) } });
  const sizes: number[] = [];
  for await (const { samples } of decodeAudio({ ...request(file), sampleRate: 16_000 })) {
    sizes.push(samples.length);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(sizes.length).toBeGreaterThan(1);
  expect(sizes.reduce((sum, size) => sum + size)).toBe(4 * 16_000);
});

test('no more is written than the launcher allows', async () => {
  const { bytes, code } = await written(await launcher(process.execPath, { memoryMib: 16_384, fileBytes: 4096 }));
  expect(code).not.toBe(0);
  expect(bytes).toBe(4096);
});

test('without a folder for temporary files there is none', () => {
  vi.stubEnv('TMPDIR', join(scratch(), 'none'));
  expect(LineFile.open(() => {})).toBeUndefined();
  vi.unstubAllEnvs();
});
