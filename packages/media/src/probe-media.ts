import { fileInput } from './file-input.js';
import { type MediaRequest, parseLimits, refuse } from './media-request.js';
import { parseProbe } from './parse-probe.js';
import { printedTime } from './printed-time.js';
import { readFfmpeg } from './read-ffmpeg.js';

/** What a media file holds. Its clock begins where the file begins, as players count. */
export interface MediaInfo {
  /** The demuxer that reads it. */
  readonly format: string;
  /** Seconds; undefined when the file does not tell. */
  readonly duration: number | undefined;
  readonly video?: VideoInfo;
  readonly audio?: AudioInfo;
}

export interface VideoInfo {
  readonly codec: string;
  /** As stored, before the rotation. */
  readonly width: number;
  readonly height: number;
  /** Degrees clockwise that players turn it by: 0, 90, 180 or 270. */
  readonly rotation: number;
  /** Mean frames per second. */
  readonly frameRate: number | undefined;
  /** Time of its first frame in seconds. */
  readonly start: number;
}

export interface AudioInfo {
  readonly codec: string;
  readonly sampleRate: number;
  readonly channels: number;
  /** Time of its first sample in seconds. */
  readonly start: number;
}

/**
 * Looks into a media file: its first picture and its first sound are decoded, so their times are true.
 * @throws ModalkitError SAMPLE when it has neither sound nor pictures, is damaged or costs more than its limits
 */
export async function probeMedia(request: MediaRequest): Promise<MediaInfo> {
  const { name, signal } = request;
  const limits = parseLimits(request.limits);
  const input = await fileInput(request, limits);
  const lines: string[] = [];
  const times: { video?: number; audio?: number } = {};
  const bytes = readFfmpeg({
    ...{ name, signal, limits, loglevel: 'info' },
    inputs: [input],
    // ffmpeg tells the two times apart by their levels, error and warning
    output: [
      ...['-map', '0:V:0?', '-map', '0:a:0?', '-frames:v', '1', '-frames:a', '1'],
      ...['-vf', "select='1+0*print(t,16)'", '-af', "aselect='1+0*print(t,24)'", '-f', 'null'],
    ],
    onTime: (time) => {
      times.video ??= time;
    },
    onLine: (line) => {
      lines.push(line);
      times.audio ??= printedTime(line, 'warning');
    },
  });
  for await (const _ of bytes);
  const info = parseProbe(lines, times);
  if (!info.video && !info.audio) throw refuse(name, 'has neither sound nor pictures; give another file');
  return { format: input.options[1]!, ...info };
}
