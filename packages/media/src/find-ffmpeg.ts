import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { ModalkitError } from '@modalkit/contract';
import { askProgram } from './ffmpeg-process.js';

/** An ffmpeg that runs, and what it can do. */
export interface Ffmpeg {
  readonly path: string;
  /** The ffprobe beside it, for people: nothing here needs it. */
  readonly ffprobe: string | undefined;
  readonly version: string;
  readonly source: 'FFMPEG_PATH' | 'PATH' | '@ffmpeg-installer/ffmpeg';
  readonly can: {
    /** Speaks words. */
    readonly flite: boolean;
    /** Writes H.264. */
    readonly h264: boolean;
    /** Reads cameras and microphones. */
    readonly v4l2: boolean;
    readonly alsa: boolean;
    readonly pulse: boolean;
    readonly rtsp: boolean;
    /** Has `-fps_mode` in place of `-vsync`. */
    readonly fpsMode: boolean;
  };
}

const EXE = process.platform === 'win32' ? '.exe' : '';
let known: { readonly key: string; readonly found: Promise<Ffmpeg | undefined> } | undefined;

/**
 * The ffmpeg of `FFMPEG_PATH`, else of PATH, else of the optional package @ffmpeg-installer/ffmpeg.
 * @throws ModalkitError CONFIG when `FFMPEG_PATH` names something that does not run
 */
export function findFfmpeg(): Promise<Ffmpeg | undefined> {
  const key = JSON.stringify([process.env.FFMPEG_PATH, process.env.PATH]);
  if (known?.key !== key) known = { key, found: search() };
  return known.found;
}

/** @throws ModalkitError SAMPLE that names the three ways to get it */
export async function requireFfmpeg(): Promise<Ffmpeg> {
  const found = await findFfmpeg();
  if (found) return found;
  throw new ModalkitError(
    'SAMPLE',
    'ffmpeg was not found: install it by your system so that it is on PATH, set FFMPEG_PATH to it, or `npm install @ffmpeg-installer/ffmpeg`.',
  );
}

async function search(): Promise<Ffmpeg | undefined> {
  const named = process.env.FFMPEG_PATH;
  if (named) {
    const found = await describe(named, 'FFMPEG_PATH');
    if (found) return found;
    throw new ModalkitError('CONFIG', `FFMPEG_PATH is "${named}", which does not run; correct it or unset it.`);
  }
  for (const folder of (process.env.PATH ?? '').split(delimiter).filter(Boolean)) {
    const found = await describe(join(folder, `ffmpeg${EXE}`), 'PATH');
    if (found) return found;
  }
  const installed = installedPath();
  return installed === undefined ? undefined : describe(installed, '@ffmpeg-installer/ffmpeg');
}

/** Undefined when the package is not there or has no program for this platform. */
function installedPath(): string | undefined {
  try {
    return createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg').path;
  } catch {
    return undefined;
  }
}

async function describe(path: string, source: Ffmpeg['source']): Promise<Ffmpeg | undefined> {
  if (!(await runs(path))) return undefined;
  const words = (await askProgram(path, ['-version'])) ?? '';
  const version = /^ffmpeg version (\S+)/.exec(words)?.[1];
  if (version === undefined) return undefined;
  const lists = ['-filters', '-encoders', '-formats'].map((list) => askProgram(path, ['-hide_banner', list]));
  const [filters, encoders, formats] = await Promise.all(lists);
  const ffprobe = join(dirname(path), `ffprobe${EXE}`);
  return {
    path,
    ffprobe: (await runs(ffprobe)) ? ffprobe : undefined,
    version,
    source,
    can: {
      flite: has(filters, 'flite'),
      h264: has(encoders, 'libx264'),
      v4l2: has(formats, 'v4l2'),
      alsa: has(formats, 'alsa'),
      pulse: has(formats, 'pulse'),
      rtsp: has(formats, 'rtsp'),
      fpsMode: hasFpsMode(words),
    },
  };
}

/** It came with FFmpeg 5.1, whose libavutil is 57.28. */
function hasFpsMode(words: string): boolean {
  const [, major, minor] = /^libavutil +(\d+)\. *(\d+)/m.exec(words) ?? [];
  return Number(major) > 57 || (Number(major) === 57 && Number(minor) >= 28);
}

/** Whether a list of ffmpeg has a line ` flags names …` with this name. */
function has(list: string | undefined, name: string): boolean {
  return new RegExp(`^ *\\S+ +(?:\\S+,)?${name}(?:,\\S+)? `, 'm').test(list ?? '');
}

function runs(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
