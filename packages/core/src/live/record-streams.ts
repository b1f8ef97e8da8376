import { setTimeout as sleep } from 'node:timers/promises';
import { ModalkitError } from '@modalkit/contract';
import { checkNames } from '../compose/check-names.js';
import { type EventMarks, eventMarks } from './event-marks.js';
import { type RecordedSource, recordTrack, type Track } from './record-track.js';
import { type Recording, VERSION, writeRecording } from './recording-file.js';
import { makeRecordingFolder } from './recording-folder.js';
import { LABELS, writeLabels } from './recording-labels.js';
import { sessionClock } from './session-clock.js';

/** Between two writings of `recording.json`: a kill loses what came since, which must stay below a second. */
const SAVE_MS = 500;

export interface RecordOptions {
  readonly sources: Readonly<Record<string, RecordedSource>>;
  readonly folder: string;
  /** Ends the recording cleanly. */
  readonly signal: AbortSignal;
  /** Length; until the signal or the end of all sources when left out. */
  readonly seconds?: number;
  /** What is recorded, for splits that keep machines apart. */
  readonly machine?: string;
  /** Of a session under way whose events are recorded; one that begins now when left out. */
  readonly clock?: RecordingClock;
  /** Events that last as long as the recording. */
  readonly labels?: readonly string[];
  /** Given, once it begins, what marks events in it. */
  marking?(toggle: EventMarks['toggle']): void;
  notice(message: string): void;
  /** Called each time `recording.json` was written. */
  progress?(recording: Recording): void;
}

/** The clock of a recording of events that have times already. */
export interface RecordingClock {
  /** Second of the events' clock that is second 0 of the recording, and its date. */
  readonly origin: number;
  readonly started: Date;
  /** Seconds of the recording so far; never goes back. */
  now(): number;
}

export interface Recorded {
  readonly recording: Recording;
  /** Why sources were lost before the end; what came from them until then is in the recording. */
  readonly lost: readonly ModalkitError[];
}

/**
 * Records live sources into a folder, on one shared clock that begins now.
 * @throws ModalkitError USAGE when the folder is not empty, DISK when it cannot be written, and the sources' own error
 * when nothing came from any of them: the folder is then left as it was found
 */
export async function recordStreams(options: RecordOptions): Promise<Recorded> {
  checkNames('Stream', Object.keys(options.sources));
  checkFiles(options.sources);
  const folder = await makeRecordingFolder(options.folder);
  const { now, origin, started } = options.clock ?? { now: sessionClock(), origin: 0, started: new Date() };
  const tracks = Object.entries(options.sources).map(([name, source]) =>
    recordTrack(name, source, folder.path, origin),
  );
  const marks = eventMarks(now);
  for (const label of options.labels ?? []) marks.whole(label, 'flag');
  options.marking?.(marks.toggle);
  const describe = (state: Recording['state'], reason?: string): Recording => ({
    ...{ format: 'modalkit-recording', version: VERSION, started: started.toISOString(), seconds: now(), state },
    ...(reason !== undefined && { reason }),
    ...(options.machine !== undefined && { machine: options.machine }),
    streams: tracks.map((track) => track.state()),
  });
  const write = async (recording: Recording) => {
    await writeRecording(folder.path, recording);
    await writeLabels(folder.path, marks.until(recording.seconds));
  };
  const save = async () => {
    const recording = describe('recording');
    await write(recording);
    options.progress?.(recording);
  };
  const { lost, fatal } = await runTracks(tracks, options, now, save);
  await folder.release();
  const failure = fatal ?? (lost.length === tracks.length ? lost[0] : undefined);
  if (failure && tracks.every((track) => track.state().events === 0)) {
    await folder.discard([LABELS, ...tracks.map(({ file }) => file)]);
    throw failure;
  }
  const recording = describe(
    failure ? 'failed' : options.signal.aborted ? 'stopped' : 'finished',
    (failure as Error | undefined)?.message,
  );
  // When the disk is at fault already, its own error says more than a second one.
  await write(recording).catch((error) => {
    throw fatal ?? error;
  });
  if (fatal) throw fatal;
  return { recording, lost };
}

/** Runs every track to its end and saves meanwhile; the first write that fails stops them all. */
async function runTracks(
  tracks: readonly Track[],
  { signal, seconds, notice }: RecordOptions,
  now: () => number,
  save: () => Promise<void>,
): Promise<{ lost: ModalkitError[]; fatal?: unknown }> {
  const stop = new AbortController();
  const length = seconds === undefined ? [] : [AbortSignal.timeout(seconds * 1000)];
  const context = { now, notice, signal: AbortSignal.any([signal, stop.signal, ...length]) };
  const lost: ModalkitError[] = [];
  const guarded = async (work: Promise<void>) => {
    try {
      await work;
    } catch (error) {
      stop.abort();
      throw error;
    }
  };
  const run = async (track: Track) => {
    const failure = await track.run(context);
    if (!failure) return;
    lost.push(failure);
    if (tracks.length > 1) notice(failure.message);
  };
  const running = tracks.map((track) => guarded(run(track)));
  const over = new AbortController();
  void Promise.allSettled(running).then(() => over.abort());
  const results = await Promise.allSettled([...running, guarded(saveUntil(over.signal, save))]);
  const failed = results.find((result) => result.status === 'rejected');
  return { lost, ...(failed && { fatal: failed.reason }) };
}

async function saveUntil(over: AbortSignal, save: () => Promise<void>): Promise<void> {
  while (!over.aborted) {
    await save();
    await sleep(SAVE_MS, undefined, { signal: over }).catch(() => undefined);
  }
}

/** A stream may not take the place of the events' file. */
function checkFiles(sources: RecordOptions['sources']): void {
  for (const [name, { source }] of Object.entries(sources))
    if (`${name}.${source.extension}` === LABELS)
      throw new ModalkitError('USAGE', `Stream "${name}": ${LABELS} is the file of events; give it another name.`);
}
