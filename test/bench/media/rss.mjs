// Peak memory of reading a file of ten seconds and one of ten minutes, each in a process of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decodeAudio, decodeFrames } from '@modalkit/media';
import { makeClip } from './make-clip.mjs';

const FPS = 10;
const SHORT = 10;
const LONG = 600;

/** Megabytes of the reader and its ffmpeg together. @param folder for the clips */
export async function rssMb(folder) {
  const peak = async (seconds) => {
    const file = await makeClip(folder, seconds, FPS);
    const child = spawn(process.execPath, [fileURLToPath(import.meta.url), file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = once(child, 'close');
    let said = '';
    for await (const piece of child.stdout.setEncoding('utf8')) said += piece;
    await closed;
    return Math.round(Number(said));
  };
  return { short: await peak(SHORT), long: await peak(LONG) };
}

/** Reads all frames and all sound; prints the peak. */
async function readAll(file) {
  let ffmpeg = 0;
  const timer = setInterval(() => {
    ffmpeg = Math.max(ffmpeg, peakOfChildren());
  }, 20);
  const request = { file, name: 'clip' };
  for await (const _ of decodeFrames({ ...request, width: 224, height: 224, fit: 'crop', channels: 3 }));
  for await (const _ of decodeAudio({ ...request, sampleRate: 16000 }));
  clearInterval(timer);
  console.log((process.resourceUsage().maxRSS + ffmpeg) / 1024);
}

/** Kibibytes. */
function peakOfChildren() {
  const peaks = readdirSync('/proc').map((pid) => {
    const status = /^\d+$/.test(pid) ? statusOf(pid) : '';
    const own = Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]) === process.pid;
    return own ? Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) : 0;
  });
  return Math.max(...peaks);
}

function statusOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return ''; // it has ended meanwhile
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await readAll(process.argv[2]);
