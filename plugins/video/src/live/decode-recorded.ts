import { ModalkitError } from '@modalkit/contract';
import { loadSharp } from '../load-sharp.js';
import type { LiveFrame } from './live-frame.js';

/** Byte of a PNG that says what its pixels are, behind signature, width, height and depth, and its value for gray. */
const COLOUR_TYPE = 25;
const GREY = 0;

/** The pixels of a recorded frame, as they were. */
export async function decodeRecorded(png: Uint8Array, file: string): Promise<LiveFrame> {
  const sharp = await loadSharp();
  try {
    const picture = sharp(png, { failOn: 'error' });
    const grey = png[COLOUR_TYPE] === GREY;
    const flat = grey ? picture.toColourspace('b-w') : picture.removeAlpha();
    const { data, info } = await flat.raw().toBuffer({ resolveWithObject: true });
    return { pixels: new Uint8Array(data), width: info.width, height: info.height, channels: grey ? 1 : 3 };
  } catch (cause) {
    throw new ModalkitError('DATA', `Recording ${file} has a damaged frame; record it again.`, {}, cause);
  }
}
