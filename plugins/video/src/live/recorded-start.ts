import { isModalkitError } from '@modalkit/contract';
import { readRecording } from './read-recording.js';

/**
 * The second of the first frame in a recording of ours, 0 for any other file: players, and ffmpeg too, count from a file's
 * first frame, but a recording shares its clock with the recordings beside it.
 */
export async function recordedStart(file: string): Promise<number> {
  try {
    for await (const event of readRecording(file)) if (event.kind === 'frame') return event.time;
  } catch (error) {
    if (!isModalkitError(error)) throw error;
  }
  return 0;
}
