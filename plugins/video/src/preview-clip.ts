import type { Preview } from '@modalkit/contract';
import type { ClipSource } from './clip-source.js';
import { loadSharp } from './load-sharp.js';
import { probePicture } from './probe-picture.js';
import { readFrames } from './read-frames.js';

const LARGEST_SIDE = 128;
const FRAMES = 8;

/** Up to eight frames spread over the clip, as small PNGs with their times; proportions kept, never enlarged. */
export async function previewClip(source: ClipSource, maxPixels: number): Promise<Preview> {
  const info = await probePicture(source, maxPixels);
  const { width, height } = inside(info.video);
  const view = { width, height, fit: 'stretch', channels: 3, select: { kind: 'all' }, maxFrames: FRAMES } as const;
  const frames = (await readFrames(source, { ...view, maxPixels }, info)).take(FRAMES);
  const sharp = await loadSharp();
  const encode = async ({ pixels, time }: (typeof frames)[number]) => {
    const png = await sharp(pixels, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer();
    return { mime: 'image/png', base64: png.toString('base64'), width, height, time };
  };
  return { kind: 'film', frames: await Promise.all(frames.map(encode)) };
}

/** The shown size, its longer side at most 128; a quarter turn in the file swaps the sides. */
function inside(video: { width: number; height: number; rotation: number }): { width: number; height: number } {
  const turned = Math.abs(video.rotation) % 180 === 90;
  const [width, height] = turned ? [video.height, video.width] : [video.width, video.height];
  const scale = Math.min(1, LARGEST_SIDE / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
