import type { Ffmpeg } from './find-ffmpeg.js';

/** Frames come out as often as they come in, each with its own time; builds before 5.1 know the older option only. */
export function passthrough({ can }: Ffmpeg): readonly string[] {
  return [can.fpsMode ? '-fps_mode' : '-vsync', 'passthrough'];
}
