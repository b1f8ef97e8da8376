import { isModalkitError, type ModalkitError } from '@modalkit/contract';
import { DeviceClock } from './device-clock.js';
import type { DeviceContext } from './device-context.js';
import { countTrouble, type DeviceCounters } from './device-counters.js';
import { deviceInput } from './device-input.js';
import type { DeviceSpec } from './device-spec.js';
import { type FfmpegProcess, startFfmpeg } from './ffmpeg-process.js';
import { type Ffmpeg, requireFfmpeg } from './find-ffmpeg.js';
import { launcher } from './launcher.js';
import { plainLine } from './plain-line.js';
import { printedTime } from './printed-time.js';
import { Stopwatch } from './stopwatch.js';
import { TimeQueue } from './time-queue.js';

/** How the bytes of a device become blocks. */
export interface BlockReader<Value> {
  /** ffmpeg's output options. */
  output(ffmpeg: Ffmpeg): readonly string[];
  /** Bytes and seconds of one block. */
  readonly bytes: number;
  readonly seconds: number;
  /** Each block is all or nothing and has a time of its own, printed by a filter (frames). */
  readonly timed: boolean;
  value(bytes: Uint8Array): Value;
}

/** A block as it was read. */
export interface ArrivedBlock<Value> {
  readonly value: Value;
  /** Seconds on the shared clock, and how long it lasts. */
  readonly time: number;
  readonly length: number;
  readonly arrived: number;
  /** Why something is missing before it. */
  missing?: string;
}

/** How a connection ended. */
export interface Disconnected {
  readonly reason: string;
  /** ffmpeg came to the end of what there is, without an error. */
  readonly complete: boolean;
  /** The address itself is refused. */
  readonly refusal?: ModalkitError;
}

/** One device and what its connections share. */
export interface DeviceSession<Value> {
  readonly spec: DeviceSpec;
  readonly reader: BlockReader<Value>;
  readonly context: DeviceContext;
  readonly counters: DeviceCounters;
}

/** A device that says nothing for so many seconds hangs; only a pipe may be silent. */
const SILENCE = 10;
const MEMORY_MIB = 2048;

/** Reads a device until it is lost or the signal aborts; no process is left. */
export async function readDevice<Value>(
  session: DeviceSession<Value>,
  signal: AbortSignal,
  onBlock: (block: ArrivedBlock<Value>) => void,
): Promise<Disconnected> {
  const connection = await connect(session).catch((error: unknown) => {
    if (isModalkitError(error)) return error;
    throw error;
  });
  if (isModalkitError(connection)) return { reason: connection.message, complete: false, refusal: connection };
  const { process, times, said } = connection;
  signal.addEventListener('abort', process.kill);
  if (signal.aborted) process.kill();
  try {
    const { seconds } = session.spec.kind === 'pipe' ? {} : { seconds: SILENCE };
    for await (const block of placed(session, promptly(process, seconds), times)) {
      said.error = undefined;
      onBlock(block);
    }
    const { code, failure } = await process.ended;
    return {
      reason: failure?.message ?? said.error ?? (code === 0 ? 'it ended' : 'it was silent'),
      complete: code === 0,
    };
  } finally {
    signal.removeEventListener('abort', process.kill);
    process.kill();
    await process.ended;
  }
}

interface Connection {
  readonly process: FfmpegProcess;
  readonly times: TimeQueue;
  /** ffmpeg's first complaint since the last block. */
  readonly said: { error?: string };
}

async function connect<Value>({ spec, reader, counters }: DeviceSession<Value>): Promise<Connection> {
  const input = await deviceInput(spec);
  const ffmpeg = await requireFfmpeg();
  const times = new TimeQueue();
  const said: Connection['said'] = {};
  const process = await startFfmpeg({
    program: await launcher(ffmpeg.path, { memoryMib: MEMORY_MIB }),
    inputs: [input],
    blockBytes: reader.bytes,
    output: [
      '-hide_banner',
      '-nostdin',
      '-nostats',
      '-loglevel',
      'level+warning',
      '-flush_packets',
      '1',
      ...reader.output(ffmpeg),
    ],
    onLine: (line) => {
      const time = printedTime(line);
      if (time !== undefined) times.push(time);
      else countTrouble(line, counters);
      if (time === undefined && /\[(?:error|fatal)\]/.test(line)) said.error ??= plainLine(line);
    },
  });
  void process.ended.then(() => times.close());
  return { process, times, said };
}

/** Blocks of stdout; a process that is silent for too long is ended. */
async function* promptly(process: FfmpegProcess, seconds: number | undefined): AsyncGenerator<Uint8Array, void> {
  if (seconds === undefined) return yield* process.output;
  const blocks = process.output[Symbol.asyncIterator]();
  for (;;) {
    const { done, value } = await new Stopwatch(seconds, process.kill).during(blocks.next());
    if (done) return;
    yield value;
  }
}

/** Blocks with their times on the shared clock. */
async function* placed<Value>(
  { reader, context, counters }: DeviceSession<Value>,
  blocks: AsyncIterable<Uint8Array>,
  times: TimeQueue,
): AsyncGenerator<ArrivedBlock<Value>, void> {
  const clock = new DeviceClock();
  let position = 0;
  for await (const bytes of blocks) {
    const arrived = context.now();
    const printed = reader.timed ? await times.next() : position;
    if (printed === undefined || (reader.timed && bytes.length < reader.bytes)) {
      counters.bad++;
      continue;
    }
    const length = reader.timed ? 0 : (reader.seconds * bytes.length) / reader.bytes;
    position = printed + length;
    const { offset, skipped } = clock.place(position, arrived);
    const missing = skipped > 0 ? { missing: 'the device skipped a part' } : {};
    yield { value: reader.value(bytes), time: printed + offset, length, arrived, ...missing };
  }
}
