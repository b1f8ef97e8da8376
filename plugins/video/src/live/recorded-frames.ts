import { type FileHandle, open } from 'node:fs/promises';
import { isModalkitError } from '@modalkit/contract';
import type { ClipSource } from '../clip-source.js';
import type { TimedFrame } from '../frame-reservoir.js';
import { refusal } from '../probe-picture.js';
import { decodeRecorded } from './decode-recorded.js';
import type { LiveFrame } from './live-frame.js';
import { placesOf, pngAt, type RecordedPlace } from './read-recording.js';

/** Recordings of which it is remembered where their frames are: windows of one recording are read one after the other. */
const REMEMBERED = 32;
/** Half of the microsecond that times are rounded to. */
const ROUNDING = 5e-7;
const remembered = new Map<string, { readonly stamp: string; readonly places: readonly RecordedPlace[] }>();

/**
 * The frames of a part of a recording of ours that have the asked size already: read without starting ffmpeg, which costs more than
 * all the rest for a short part, and the same to the bit. Undefined for every other file, and where the part holds none.
 * @throws ModalkitError SAMPLE when a frame is damaged
 */
export async function recordedFrames(
  source: ClipSource,
  size: Omit<LiveFrame, 'pixels'>,
): Promise<AsyncGenerator<TimedFrame, void> | undefined> {
  const { file, start = 0, end = Number.POSITIVE_INFINITY } = source;
  const handle = await open(file).catch(() => undefined);
  if (!handle) return undefined;
  const places = await remember(handle, file).catch(() => undefined);
  const part = places?.filter(({ time }) => time >= start - ROUNDING && time < end - ROUNDING) ?? [];
  const first = part[0] && (await frameAt(handle, part[0], source).catch(() => undefined));
  if (first && first.width === size.width && first.height === size.height && first.channels === size.channels)
    return decoded(handle, part, first, source);
  await handle.close();
  return undefined;
}

async function* decoded(
  handle: FileHandle,
  places: readonly RecordedPlace[],
  first: LiveFrame,
  source: ClipSource,
): AsyncGenerator<TimedFrame, void> {
  try {
    for (const [index, place] of places.entries()) {
      const { pixels } = index === 0 ? first : await frameAt(handle, place, source);
      yield { pixels, time: place.time };
    }
  } finally {
    await handle.close();
  }
}

async function frameAt(handle: FileHandle, place: RecordedPlace, { file, name }: ClipSource): Promise<LiveFrame> {
  try {
    return await decodeRecorded(await pngAt(handle, place, file), file);
  } catch (error) {
    if (!isModalkitError(error)) throw error;
    throw refusal(name, `has a damaged frame at ${place.time} s; record it again`);
  }
}

async function remember(handle: FileHandle, file: string): Promise<readonly RecordedPlace[] | undefined> {
  const { size, mtimeMs } = await handle.stat();
  const stamp = `${size} ${mtimeMs}`;
  const known = remembered.get(file);
  remembered.delete(file);
  const places = known?.stamp === stamp ? known.places : await placesOf(handle, file);
  if (!places) return undefined;
  remembered.set(file, { stamp, places });
  if (remembered.size > REMEMBERED) remembered.delete(remembered.keys().next().value!);
  return places;
}
