import type { FfmpegInput } from './ffmpeg-process.js';
import { fileInput } from './file-input.js';
import { type MediaLimits, type MediaRequest, parseLimits, refuse } from './media-request.js';
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

const PICTURE = ['-map', '0:V:0?', '-frames:v', '1', '-vf', "select='1+0*print(t,16)'"];
// ffmpeg tells the two times apart by their levels, error and warning
const SOUND = ['-map', '0:a:0?', '-frames:a', '1', '-af', "aselect='1+0*print(t,24)'"];

/**
 * Looks into a media file: its first picture and its first sound are decoded, so their times are true.
 * @throws ModalkitError SAMPLE when it has neither sound nor pictures, is damaged or costs more than its limits
 */
export async function probeMedia(request: MediaRequest): Promise<MediaInfo> {
  const limits = parseLimits(request.limits);
  const input = await fileInput(request, limits);
  const { lines, ...times } = await look(request, limits, input, [...PICTURE, ...SOUND]);
  const info = parseProbe(lines, times);
  if (!info.video && !info.audio) throw refuse(request.name, 'has neither sound nor pictures; give another file');
  const format = input.options[1]!;
  // ffmpeg ends with the first picture when the sound begins after it: the sound is then asked for alone
  if (!info.audio || times.audio !== undefined) return { format, ...info };
  const { audio: start = 0 } = await look(request, limits, input, SOUND);
  return { format, ...info, audio: { ...info.audio, start } };
}

/** What ffmpeg says of the input, and the times of the first picture and sound that it came to. */
async function look({ name, signal }: MediaRequest, limits: MediaLimits, input: FfmpegInput, maps: readonly string[]) {
  const lines: string[] = [];
  const times: { video?: number; audio?: number } = {};
  const bytes = readFfmpeg({
    ...{ name, signal, limits, loglevel: 'info' },
    inputs: [input],
    output: [...maps, '-f', 'null'],
    onTime: (time) => {
      times.video ??= time;
    },
    onLine: (line) => {
      lines.push(line);
      times.audio ??= printedTime(line, 'warning');
    },
  });
  for await (const _ of bytes);
  return { lines, ...times };
}
