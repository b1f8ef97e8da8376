import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A clip of 640 x 360 with sound, made by ffmpeg. Returns the file. */
export async function makeClip(folder, seconds, fps) {
  const file = join(folder, `clip-${seconds}.mp4`);
  const args = [
    ...['-nostdin', '-v', 'error', '-y', '-f', 'lavfi', '-i', `testsrc2=size=640x360:rate=${fps}:duration=${seconds}`],
    ...[
      '-f',
      'lavfi',
      '-i',
      `sine=frequency=440:duration=${seconds}`,
      '-pix_fmt',
      'yuv420p',
      '-preset',
      'ultrafast',
      file,
    ],
  ];
  const [code] = await once(spawn('ffmpeg', args, { stdio: ['ignore', 'ignore', 'inherit'] }), 'close');
  if (code !== 0) throw new Error(`bench: the clip could not be made, ffmpeg ended with ${code}`);
  return file;
}
