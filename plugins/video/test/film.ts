import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs the real ffmpeg, to make the files that the tests read. */
export async function ffmpeg(...args: string[]): Promise<void> {
  await run('ffmpeg', ['-hide_banner', '-nostdin', '-loglevel', 'error', '-y', ...args]);
}

/**
 * A grey film whose frame number n has the brightness of `grey(n)`: lavfi's geq of N. H.264 without loss.
 * @param grey an expression of N, 0..255
 */
export const greyFilm = (file: string, size: string, rate: number, frames: number, grey: string, ...more: string[]) =>
  ffmpeg(
    ...['-f', 'lavfi', '-i', `color=black:size=${size}:rate=${rate},format=gray,geq=lum='${grey}'`],
    ...['-frames:v', String(frames), '-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '0', '-pix_fmt', 'yuv420p'],
    ...[...more, file],
  );
