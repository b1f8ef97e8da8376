import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import type { FfmpegInput } from './ffmpeg-process.js';
import { type MediaLimits, type MediaPart, type MediaRequest, refuse, THREADS } from './media-request.js';
import { SNIFFED, sniffDemuxer, sniffPlaylist } from './sniff-demuxer.js';

/**
 * A file as ffmpeg may read it: one demuxer by its content, only the `file` protocol, an absolute path.
 * @throws ModalkitError SAMPLE when it is missing, empty, no regular file or no media that may be read
 */
export async function fileInput(
  request: MediaRequest,
  limits: MediaLimits,
  part: MediaPart = {},
): Promise<FfmpegInput> {
  const { file, name } = request;
  if (!isAbsolute(file) || /\p{Cc}/u.test(file))
    throw refuse(name, 'is no absolute path or has control characters in it; rename the file');
  const demuxer = await demuxerOf(file, name);
  return {
    source: `file:${resolve(file)}`,
    options: [
      ...['-f', demuxer, '-format_whitelist', demuxer, '-protocol_whitelist', 'file'],
      ...['-max_streams', String(limits.maxStreams), '-max_pixels', String(limits.maxPixels), '-threads', THREADS],
      ...(part.start ? ['-ss', String(part.start)] : []),
      ...(part.duration === undefined ? [] : ['-t', String(part.duration)]),
    ],
  };
}

async function demuxerOf(file: string, name: string): Promise<string> {
  const start = await readStart(file, name);
  if (start.length === 0) throw refuse(name, 'is empty (0 bytes); write it again or take its sample out');
  const demuxer = sniffDemuxer(start);
  if (demuxer !== undefined) return demuxer;
  const playlist = sniffPlaylist(start);
  if (playlist) throw refuse(name, `is ${playlist}, which names other files; give the media file itself`);
  const begins = JSON.stringify(Buffer.from(start.subarray(0, 16)).toString('latin1'));
  throw refuse(name, `is no audio or video file that may be read (it begins with ${begins}); convert it to mp4 or wav`);
}

async function readStart(file: string, name: string): Promise<Uint8Array> {
  // a FIFO would block without O_NONBLOCK
  const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch((cause) => {
    throw refuse(name, `cannot be opened (${cause.code}); check that it is there and may be read`, cause);
  });
  try {
    if (!(await handle.stat()).isFile()) throw refuse(name, 'is not a regular file; name a file with the media in it');
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(SNIFFED), 0, SNIFFED, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
