import { realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { ModalkitError } from '@modalkit/contract';
import { type Recording, readRecording } from '../live/recording-file.js';
import { type RecordingLabel, readLabels } from '../live/recording-labels.js';

/** A recording that windows are cut from. */
export interface SlicedRecording extends Recording {
  readonly folder: string;
  /** From the manifest's folder, with `/` between names. */
  readonly name: string;
  readonly labels: readonly RecordingLabel[];
  /** Bytes of the largest of its streams' files. */
  readonly largestFile: number;
}

/**
 * Reads recordings that a manifest is to name.
 * @throws ModalkitError USAGE when the manifest lies beside them or one is named twice, DATA when one is damaged
 */
export async function slicedRecordings(folders: readonly string[], manifest: string): Promise<SlicedRecording[]> {
  const root = await realpath(dirname(resolve(manifest))).catch(() => dirname(resolve(manifest)));
  const recordings: SlicedRecording[] = [];
  for (const given of folders) {
    const recording = await readRecording(resolve(given));
    const folder = await realpath(given);
    if (recordings.some((other) => other.folder === folder))
      throw new ModalkitError('USAGE', `${given}: this recording is named twice; name it once.`, { folder });
    const name = namedFrom(root, folder);
    if (name === undefined)
      throw new ModalkitError(
        'USAGE',
        `--out ${manifest}: a manifest names files below its own folder only, and ${folder} is not; write it to ${join(dirname(folder), 'windows.jsonl')} or above.`,
        { folder },
      );
    const labels = await readLabels(folder, recording.seconds);
    const sizes = await Promise.all(recording.streams.map(async ({ file }) => (await stat(join(folder, file))).size));
    recordings.push({ ...recording, folder, name, labels, largestFile: Math.max(...sizes) });
  }
  return recordings;
}

function namedFrom(root: string, folder: string): string | undefined {
  const path = relative(root, folder);
  return path === '' || isAbsolute(path) || path.split(sep)[0] === '..' ? undefined : path.split(sep).join('/');
}
