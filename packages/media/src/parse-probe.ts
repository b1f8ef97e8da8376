import type { AudioInfo, MediaInfo, VideoInfo } from './probe-media.js';

/** Reads what ffmpeg at log level `level+info` tells about its input, up to where it begins to work. */
export function parseProbe(
  lines: readonly string[],
  times: { readonly video?: number; readonly audio?: number },
): Omit<MediaInfo, 'format'> {
  const end = lines.findIndex((line) => /^\[info\] (?:Stream mapping|Output #0)/.test(line));
  const input = lines.slice(0, end < 0 ? undefined : end);
  const video = videoOf(input, times.video ?? 0);
  const audio = audioOf(input, times.audio ?? 0);
  return { duration: durationOf(input), ...(video && { video }), ...(audio && { audio }) };
}

function durationOf(lines: readonly string[]): number | undefined {
  const found = firstMatch(lines, /^\[info\] {3}Duration: (\d+):(\d+):(\d+\.\d+)/);
  return found && Number(found[1]) * 3600 + Number(found[2]) * 60 + Number(found[3]);
}

function videoOf(lines: readonly string[], start: number): VideoInfo | undefined {
  const at = lines.findIndex((line) => stream('Video').test(line) && !line.includes('(attached pic)'));
  if (at < 0) return undefined;
  const line = lines[at]!;
  const next = lines.findIndex((other, index) => index > at && STREAM.test(other));
  const notes = lines.slice(at, next < 0 ? undefined : next);
  const size = /, (\d+)x(\d+)(?=[ ,]|$)/.exec(line);
  const rate = / ([\d.]+)(k?) fps/.exec(line);
  const turned = Number(firstMatch(notes, /rotation of (-?[\d.]+) degrees/)?.[1] ?? 0);
  return {
    codec: stream('Video').exec(line)![1]!,
    width: Number(size?.[1] ?? 0),
    height: Number(size?.[2] ?? 0),
    rotation: (360 - Math.round(turned)) % 360,
    frameRate: rate ? Number(rate[1]) * (rate[2] ? 1000 : 1) : undefined,
    start,
  };
}

function audioOf(lines: readonly string[], start: number): AudioInfo | undefined {
  const line = lines.find((other) => stream('Audio').test(other));
  if (line === undefined) return undefined;
  const shape = /, (\d+) Hz, ([^,\s(]+)(?: channels)?/.exec(line);
  return {
    codec: stream('Audio').exec(line)![1]!,
    sampleRate: Number(shape?.[1] ?? 0),
    channels: channelsOf(shape?.[2] ?? ''),
    start,
  };
}

const STREAM = /^\[info\] +Stream #0:\d+/;

function stream(kind: 'Video' | 'Audio'): RegExp {
  return new RegExp(`${STREAM.source}\\S*: ${kind}: (\\w+)`);
}

const LAYOUTS: Readonly<Record<string, number>> = {
  mono: 1,
  stereo: 2,
  downmix: 2,
  quad: 4,
  hexagonal: 6,
  octagonal: 8,
  cube: 8,
};

/** Of `mono`, `5.1`, `7.1.4` or a number. */
function channelsOf(layout: string): number {
  return LAYOUTS[layout] ?? layout.split('.').reduce((sum, part) => sum + (Number(part) || 0), 0);
}

function firstMatch(lines: readonly string[], pattern: RegExp): RegExpExecArray | undefined {
  for (const line of lines) {
    const match = pattern.exec(line);
    if (match) return match;
  }
  return undefined;
}
