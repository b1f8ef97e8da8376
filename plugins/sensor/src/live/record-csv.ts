import { open } from 'node:fs/promises';
import { type LiveEvent, ModalkitError, type Recorder } from '@modalkit/contract';
import type { SensorChunk } from './sensor-chunk.js';
import { shortFloat } from './short-float.js';

/** What is not yet written is at most so old: the rest survives a kill. */
const FLUSH_MS = 200;
const FLUSH_BYTES = 256 * 1024;

/**
 * Writes events to a CSV file that `sensor()` reads as a sample: `time,seq,<channels>`, times in seconds from `origin` on.
 * A gap is a line `# gap <start> <end> <reason>`.
 * @throws ModalkitError DISK when the file cannot be written
 */
export async function recordCsv(
  file: string,
  origin: number,
  names: readonly string[],
): Promise<Recorder<SensorChunk>> {
  const handle = await open(file, 'w').catch((cause) => {
    throw cannotWrite(file, cause);
  });
  let waiting = `${['time', 'seq', ...names].map(quoted).join(',')}\n`;
  let writing = Promise.resolve();
  let failure: unknown;
  const flush = (): Promise<void> => {
    const text = waiting;
    waiting = '';
    if (text === '') return writing;
    writing = writing
      .then(() => handle.appendFile(text))
      .catch((cause) => {
        failure ??= cannotWrite(file, cause);
      });
    return writing;
  };
  const checked = async (done: Promise<void>) => {
    await done;
    if (failure !== undefined) throw failure;
  };
  await checked(flush());
  const timer = setInterval(flush, FLUSH_MS).unref();
  return {
    write: async (event) => {
      waiting += linesOf(event, origin, names);
      if (waiting.length > FLUSH_BYTES) await checked(flush());
      else if (failure !== undefined) throw failure;
    },
    close: async () => {
      clearInterval(timer);
      await flush();
      await handle.close();
      if (failure !== undefined) throw failure;
    },
  };
}

function linesOf(event: LiveEvent<SensorChunk>, origin: number, names: readonly string[]): string {
  const at = (time: number) => String(Math.round((time - origin) * 1e6) / 1e6);
  if (event.kind === 'gap')
    return `# gap ${at(event.time[0])} ${at(event.time[1])} ${event.reason.replaceAll(/[\r\n]+/g, ' ')}\n`;
  const { times, sequence, channels } = event.value;
  const columns = names.map((name) => channels[name]!);
  let lines = '';
  for (let row = 0; row < times.length; row++) {
    const seq = Number.isNaN(sequence[row]!) ? '' : sequence[row]!;
    lines += `${at(times[row]!)},${seq}`;
    for (const column of columns) lines += `,${shortFloat(column[row]!)}`;
    lines += '\n';
  }
  return lines;
}

/** A CSV cell, in quotes where it needs them. */
function quoted(text: string): string {
  return /[",\r\n#]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function cannotWrite(file: string, cause: unknown): ModalkitError {
  const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
  return new ModalkitError(
    'DISK',
    `Recording ${JSON.stringify(file)}: cannot be written (${reason}); make room or choose another folder.`,
    {},
    cause,
  );
}
