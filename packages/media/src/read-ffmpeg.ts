import { availableParallelism } from 'node:os';
import { explainFailure } from './explain-failure.js';
import { type FfmpegCall, type FfmpegProcess, MOST_WAITING, startFfmpeg } from './ffmpeg-process.js';
import { requireFfmpeg } from './find-ffmpeg.js';
import { launcher } from './launcher.js';
import { type MediaLimits, refuse } from './media-request.js';
import { printedTime } from './printed-time.js';
import { Stopwatch } from './stopwatch.js';

/** One run of ffmpeg over an untrusted file. */
export interface FileJob extends Pick<FfmpegCall, 'inputs' | 'output' | 'blockBytes' | 'reuse'> {
  readonly name: string;
  readonly limits: MediaLimits;
  readonly signal?: AbortSignal;
  /** Called with each number that a filter prints by `print(…, 16)`. */
  readonly onTime?: (seconds: number) => void;
  /** Called when ffmpeg has ended: no time follows. */
  readonly onEnd?: () => void;
  /** `error` when left out; `info` tells what the file holds. */
  readonly loglevel?: 'error' | 'info';
  /** Called with every other line. */
  readonly onLine?: (line: string) => void;
}

/** Messages that are kept to explain a failure. */
const KEPT = 30;

/**
 * The bytes that ffmpeg writes to stdout, within the limits and with back-pressure. Whoever leaves the loop early,
 * aborts or throws leaves no process behind.
 * @throws ModalkitError SAMPLE; the signal's reason when it is aborted
 */
export async function* readFfmpeg(job: FileJob): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  const { signal, limits, name } = job;
  signal?.throwIfAborted();
  const { path } = await requireFfmpeg();
  const program = await launcher(path, {
    memoryMib: limits.memoryMib,
    cpuSeconds: limits.wallSeconds * availableParallelism(),
    fileBytes: MOST_WAITING,
  });
  const lines: string[] = [];
  const onLine = sorter(job, lines);
  const process = await startFfmpeg({ ...job, program, output: outputOptions(job), onLine, linesWait: true });
  const ended = process.ended.finally(job.onEnd);
  const watch = new Stopwatch(limits.wallSeconds, process.kill);
  signal?.addEventListener('abort', process.kill);
  if (signal?.aborted) process.kill();
  try {
    yield* withinBytes(process, watch, job);
    const end = await watch.during(ended);
    signal?.throwIfAborted();
    if (watch.expired)
      throw refuse(
        name,
        `kept ffmpeg busy for more than limits.wallSeconds, ${limits.wallSeconds}; raise it or shorten the file`,
      );
    if (end.code !== 0) throw explainFailure(name, lines, limits, end);
  } finally {
    signal?.removeEventListener('abort', process.kill);
    process.kill();
    await ended;
  }
}

function outputOptions({ limits, output, loglevel = 'error' }: FileJob): string[] {
  const allocation = String(limits.memoryMib * 256 * 1024); // a quarter of the memory at once
  return [
    ...['-hide_banner', '-nostdin', '-nostats', '-xerror', '-loglevel', `level+${loglevel}`, '-max_alloc', allocation],
    ...output,
  ];
}

function sorter({ onTime, onLine }: FileJob, lines: string[]): (line: string) => void {
  return (line) => {
    const time = printedTime(line);
    if (time !== undefined) onTime?.(time);
    else if (line !== '') {
      onLine?.(line);
      lines.push(line);
      if (lines.length > KEPT) lines.shift();
    }
  };
}

async function* withinBytes(
  process: FfmpegProcess,
  watch: Stopwatch,
  job: FileJob,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  const chunks = process.output[Symbol.asyncIterator]();
  let bytes = 0;
  for (;;) {
    const { done, value } = await watch.during(chunks.next());
    job.signal?.throwIfAborted();
    if (done) return;
    bytes += value.length;
    if (bytes > job.limits.maxBytes)
      throw refuse(
        job.name,
        `decodes to more than limits.maxBytes, ${job.limits.maxBytes}; raise it or give a part of the file by start and duration`,
      );
    process.takeLines();
    yield value;
  }
}
