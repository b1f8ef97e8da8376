// Media: log-mel spectrograms, frames of a video, memory on a short and a long file.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchLogMel } from './media/log-mel.mjs';
import { rssMb } from './media/rss.mjs';
import { video } from './media/video.mjs';

export async function bench() {
  const folder = await mkdtemp(join(tmpdir(), 'modalkit-bench-media-'));
  try {
    return { logMel: await benchLogMel(), video: await video(folder), rssMb: await rssMb(folder) };
  } finally {
    await rm(folder, { recursive: true });
  }
}
