import { ModalkitError } from '@modalkit/contract';
import { writeFileAtomic } from '../checkpoint/index.js';
import { checkNames } from '../compose/check-names.js';
import { checkStreams } from './check-streams.js';
import { type CutOptions, cutWindows, type Window, windowsIn } from './cut-windows.js';
import { checkRemaining, REMAINING } from './remaining-life.js';
import { type SlicedRecording, slicedRecordings } from './sliced-recording.js';
import { type PlacedRecording, type SplitOptions, splitGroups } from './split-groups.js';
import { type Sliced, Tally } from './tally.js';

export interface SliceOptions extends CutOptions, SplitOptions {
  /** Folders of recordings. */
  readonly recordings: readonly string[];
  /** The manifest: its folder, or one above it, holds the recordings. */
  readonly out: string;
  /** Column of the labels. */
  readonly target: string;
  readonly signal?: AbortSignal;
  progress?(done: number, total: number): void;
}

/** Rows that are written at a time. */
const ROWS = 1000;

/**
 * Cuts recordings into windows and writes a manifest that names them, a stretch of each stream's file each; nothing is copied.
 * @throws ModalkitError USAGE or DATA when the recordings do not fit each other or the windows; DISK; STOPPED
 */
export async function sliceRecordings(options: SliceOptions): Promise<Sliced> {
  const recordings = await slicedRecordings(options.recordings, options.out);
  checkStreams(recordings);
  checkTarget(recordings, options.target);
  if (options.remaining) checkRemaining(options.remaining, recordings, options.target);
  checkNames('--split', [...Object.keys(options.shares), ...Object.keys(options.held)]);
  checkLengths(recordings, options);
  const placed = splitGroups(recordings, (recording) => windowsIn(recording, options), options);
  const tally = new Tally(placed);
  await writeFileAtomic(options.out, rows(placed, options, tally));
  return tally.result();
}

async function* rows(
  recordings: readonly PlacedRecording[],
  options: SliceOptions,
  tally: Tally,
): AsyncGenerator<string> {
  const total = recordings.reduce((sum, recording) => sum + windowsIn(recording, options), 0);
  let [lines, done] = ['', 0];
  for (const recording of recordings) {
    for (const window of cutWindows(recording, recording.labels, options)) {
      done++;
      tally.count(recording, window);
      if (window.streams.length > 0) lines += `${JSON.stringify(rowOf(recording, window, options.target))}\n`;
      if (done % ROWS > 0) continue;
      yield lines;
      lines = '';
      options.progress?.(done, total);
      if (options.signal?.aborted) throw new ModalkitError('STOPPED', 'Stopped; no manifest was written.');
    }
  }
  yield lines;
  options.progress?.(total, total);
}

function rowOf({ name, split, group }: PlacedRecording, window: Window, target: string) {
  const { start, end, streams, label, remaining } = window;
  const stretches = streams.map((stream) => [stream.name, stretchOf(name, stream, start, end)] as const);
  const id = `${name}@${start}`;
  return { id, split, group, ...Object.fromEntries(stretches), [target]: label, [REMAINING]: remaining };
}

/** A file's second 0 is its origin on the recording's clock. */
function stretchOf(name: string, { file, origin }: Window['streams'][number], start: number, end: number) {
  return { file: `${name}/${file}`, start: start - origin, end: end - origin };
}

function checkTarget([first]: readonly SlicedRecording[], target: string): void {
  checkNames('--target', [target]);
  if (first?.streams.some(({ name }) => name === target))
    throw new ModalkitError('USAGE', `--target ${target}: a stream is called so; name another column.`);
}

function checkLengths(recordings: readonly SlicedRecording[], { length }: SliceOptions): void {
  const short = recordings.filter(({ seconds }) => seconds < length);
  if (short.length === 0) return;
  const told = short.slice(0, 3).map(({ name, seconds }) => `${name} lasts ${seconds.toFixed(3)} s`);
  const more = short.length > 3 ? ` and ${short.length - 3} more are as short` : '';
  throw new ModalkitError(
    'DATA',
    `${told.join(', ')}${more}: no window of ${length} s fits; give a shorter --length, or leave these out.`,
    { folder: short[0]!.folder },
  );
}
