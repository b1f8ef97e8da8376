import { isModalkitError, ModalkitError } from '@modalkit/contract';
import { type FfmpegCall, startFfmpeg } from './ffmpeg-process.js';
import { requireFfmpeg } from './find-ffmpeg.js';
import { launcher } from './launcher.js';

/** Of an ffmpeg that writes what we made ourselves. */
const MEMORY_MIB = 4096;

/**
 * Runs ffmpeg to its end and returns what it wrote to stdout, or nothing when it wrote a file.
 * @param task what failed, for the error: `Speech of "four"`
 * @throws ModalkitError SAMPLE with ffmpeg's last words; the signal's reason when it is aborted
 */
export async function runFfmpeg(
  call: Omit<FfmpegCall, 'program' | 'onLine'>,
  task: string,
  signal?: AbortSignal,
): Promise<Buffer> {
  signal?.throwIfAborted();
  const { path } = await requireFfmpeg();
  let last = '';
  const process = await startFfmpeg({
    ...call,
    program: await launcher(path, { memoryMib: MEMORY_MIB }),
    output: ['-hide_banner', '-nostats', '-loglevel', 'error', ...call.output],
    onLine: (line) => {
      last = line.trim() || last;
    },
  });
  signal?.addEventListener('abort', process.kill);
  if (signal?.aborted) process.kill();
  const written: Uint8Array[] = [];
  try {
    for await (const piece of process.output) written.push(piece);
    const end = await process.ended;
    signal?.throwIfAborted();
    if (isModalkitError(end.failure)) throw end.failure;
    if (end.code === 0) return Buffer.concat(written);
    throw new ModalkitError(
      'SAMPLE',
      `${task}: ffmpeg failed (${end.failure?.message ?? (last || `exit code ${end.code}`)}).`,
    );
  } finally {
    signal?.removeEventListener('abort', process.kill);
    process.kill();
    await process.ended;
  }
}
