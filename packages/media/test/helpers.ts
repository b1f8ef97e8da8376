import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { decodeAudio, decodeFrames, type Frame, type FrameRequest } from '../src/index.js';

/** A folder of this test file, gone afterwards. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'modalkit-media-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Makes a file by ffmpeg itself, for what encodeMedia does not write. @param options between single spaces */
export function make(file: string, options: string): string {
  execFileSync('ffmpeg', ['-hide_banner', '-nostdin', '-v', 'error', '-y', ...options.split(' '), file]);
  return file;
}

export function write(file: string, content: string | Uint8Array): string {
  writeFileSync(file, content);
  return file;
}

export function request(file: string): { file: string; name: string } {
  return { file, name: file.split('/').at(-1)! };
}

type FrameWish = Partial<FrameRequest>;

export async function framesOf(file: string, wish: FrameWish = {}): Promise<Frame[]> {
  const size = { width: 8, height: 8, fit: 'stretch', channels: 1 } as const;
  const frames: Frame[] = [];
  for await (const frame of decodeFrames({ ...request(file), ...size, ...wish })) frames.push(frame);
  return frames;
}

/** Times to a tenth of a millisecond. */
export async function timesOf(file: string, wish: FrameWish = {}): Promise<number[]> {
  return (await framesOf(file, wish)).map(({ time }) => Math.round(time * 1e4) / 1e4);
}

export async function soundOf(
  file: string,
  wish: Partial<Parameters<typeof decodeAudio>[0]> = {},
): Promise<{ samples: Float32Array; time: number }> {
  const samples: number[] = [];
  let time: number | undefined;
  for await (const piece of decodeAudio({ ...request(file), sampleRate: 16000, ...wish })) {
    time ??= piece.time;
    for (const value of piece.samples) samples.push(value);
  }
  return { samples: Float32Array.from(samples), time: time! };
}

/** A tone `[sample]` of amplitude 0.5. */
export function tone(hertz: number, seconds: number, sampleRate = 16000): Float32Array {
  return Float32Array.from(
    { length: Math.round(seconds * sampleRate) },
    (_, index) => 0.5 * Math.sin((2 * Math.PI * hertz * index) / sampleRate),
  );
}

/** Root of the mean square. */
export function level(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
}

/** The ffmpegs that a process has started and that are still there, zombies too. */
export function children(of = process.pid): { pid: number; name: string; state: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const [, name, state, parent] = /^\d+ \((.*)\) (\S) (\d+)/s.exec(statOf(pid)) ?? [];
      return Number(parent) === of ? [{ pid: Number(pid), name: name!, state: state! }] : [];
    })
    .filter(({ name }) => /ffmpeg|prlimit|setpriv/.test(name));
}

function statOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return ''; // it has ended meanwhile
  }
}

/** Open files of this process. */
export function openFiles(): number {
  return readdirSync('/proc/self/fd').length;
}
