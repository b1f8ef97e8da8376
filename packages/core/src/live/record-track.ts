import { join } from 'node:path';
import {
  isModalkitError,
  type LiveContext,
  type LiveSource,
  type LiveStream,
  type ModalkitError,
  type Recorder,
} from '@modalkit/contract';
import { diskError } from '../checkpoint/disk-error.js';
import type { RecordedStream } from './recording-file.js';
import { streamError } from './stream-error.js';

/** A source to record. */
export interface RecordedSource {
  readonly source: LiveSource;
  /** What it was made by: the address on a command line, from which it can be made again, or a config. */
  readonly made: { readonly by: 'address'; readonly address: string } | { readonly by: 'config' };
}

/** One stream on its way into a file. */
export interface Track {
  readonly file: string;
  /** What the recording says of it now. */
  state(): RecordedStream;
  /**
   * Writes what comes until the source ends or the signal aborts.
   * @returns why the source was lost, if it was
   * @throws ModalkitError DISK when what came cannot be written
   */
  run(context: LiveContext): Promise<ModalkitError | undefined>;
}

/**
 * A stream that is not opened yet.
 * @param name its own in the recording, and its file's
 * @param origin second of the clock of its events that is second 0 of the recording
 */
export function recordTrack(name: string, { source, made }: RecordedSource, folder: string, origin = 0): Track {
  const file = `${name}.${source.extension}`;
  const path = join(folder, file);
  const gaps: RecordedStream['gaps'] = [];
  let events = 0;
  let known: [number, number] | undefined;
  let stream: LiveStream | undefined;
  let lost: RecordedStream['lost'];
  const copy = async (recorder: Recorder, context: LiveContext) => {
    stream = source.open(context);
    for await (const event of stream) {
      await onFile(path, () => recorder.write(event));
      events++;
      const [from, to] = [event.time[0] - origin, event.time[1] - origin];
      if (event.kind === 'gap') gaps.push({ time: [from, to], reason: event.reason });
      else known = [known?.[0] ?? from, to];
    }
  };
  return {
    file,
    state: () => ({
      ...{ name, plugin: source.id, address: made.by === 'address' ? made.address : source.address, by: made.by },
      ...{ options: source.options, file, origin: 0, events },
      counters: { ...stream?.counters() },
      gaps: [...gaps],
      ...(known && { known }),
      ...(lost && { lost }),
    }),
    run: async (context) => {
      const recorder = await onFile(path, () => source.record(path, origin));
      try {
        await copy(recorder, context);
      } catch (error) {
        const failure = streamError(name, source, error);
        if (failure.code === 'DISK') throw failure;
        if (context.signal.aborted) return undefined;
        lost = { time: context.now(), reason: failure.message };
        return failure;
      } finally {
        await onFile(path, () => recorder.close());
      }
      return undefined;
    },
  };
}

/** Runs a write of a plugin; an error of the file system is told in a sentence. */
async function onFile<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (isModalkitError(error) || typeof (error as NodeJS.ErrnoException)?.errno !== 'number') throw error;
    throw diskError(path, error);
  }
}
