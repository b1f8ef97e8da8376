import { readFileSync } from 'node:fs';
import { children } from '../../../packages/media/test/helpers.js';

/** Runs something and returns the largest memory in MiB that an ffmpeg started by this process had resident meanwhile. */
export async function memoryOf(run: () => Promise<unknown>): Promise<number> {
  let most = 0;
  const look = () => {
    for (const { pid } of children()) most = Math.max(most, peakOf(pid));
  };
  const timer = setInterval(look, 5);
  try {
    await run();
  } finally {
    clearInterval(timer);
  }
  return most / 1024;
}

/** Kibibytes. */
function peakOf(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0; // it has ended meanwhile
  }
}
