import { appendFile, type FileHandle, open, rm } from 'node:fs/promises';
import { type LiveEvent, ModalkitError, type Recorder } from '@modalkit/contract';
import { WAV_HEADER, wavHeader } from '../wav-header.js';
import { gapsFile } from './gaps-file.js';
import type { LiveSound } from './live-sound.js';

/** A stream that is off the file's time by more is put right, by silence or by leaving samples out. */
const TOLERANCE = 0.05;
const BYTES = 4;

/**
 * Writes events to a mono WAV of 32-bit floats, whose header is right after every event. Second 0 of the file is `origin`; what
 * is missing is silence in it, and stands beside it as a gap.
 * @throws ModalkitError DISK when it cannot be written
 */
export async function recordWav(file: string, origin: number, rate: number): Promise<Recorder<LiveSound>> {
  const handle = await writing(file, () => open(file, 'w'));
  const recorder = new WavRecorder(handle, file, origin, rate);
  await recorder.begin();
  return recorder;
}

class WavRecorder implements Recorder<LiveSound> {
  private samples = 0;
  private began = false;

  constructor(
    private readonly handle: FileHandle,
    private readonly file: string,
    private readonly origin: number,
    private readonly rate: number,
  ) {}

  async begin(): Promise<void> {
    await writing(this.file, async () => {
      await rm(gapsFile(this.file), { force: true });
      await this.append(new Float32Array());
    });
  }

  write(event: LiveEvent<LiveSound>): Promise<void> {
    return writing(this.file, async () => {
      const [from, to] = [event.time[0] - this.origin, event.time[1] - this.origin];
      if (event.kind === 'gap') await this.note(from, to, event.reason);
      else await this.place(event.value.samples, from);
    });
  }

  close(): Promise<void> {
    return writing(this.file, () => this.handle.close());
  }

  /** Appends samples that begin at a second of the file. */
  private async place(samples: Float32Array, second: number): Promise<void> {
    if (!this.began && second > TOLERANCE) await this.note(0, second, 'the sound had not begun');
    this.began = true;
    const late = Math.round(second * this.rate) - this.samples;
    const off = Math.abs(late) > TOLERANCE * this.rate ? late : 0;
    if (off > 0) await this.silence(off);
    await this.append(samples.subarray(Math.max(0, -off)));
  }

  private note(from: number, to: number, reason: string): Promise<void> {
    return appendFile(gapsFile(this.file), `${JSON.stringify({ time: [from, to], reason })}\n`);
  }

  private async silence(samples: number): Promise<void> {
    for (let left = samples; left > 0; left -= this.rate)
      await this.append(new Float32Array(Math.min(left, this.rate)));
  }

  /** The samples first, then the header that counts them: a kill between the two loses only these. */
  private async append(samples: Float32Array): Promise<void> {
    const { handle, rate } = this;
    const body = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    await handle.write(body, 0, body.length, WAV_HEADER + this.samples * BYTES);
    this.samples += samples.length;
    await handle.write(wavHeader('float32', rate, this.samples * BYTES), 0, WAV_HEADER, 0);
  }
}

async function writing<T>(file: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new ModalkitError(
      'DISK',
      `Recording ${JSON.stringify(file)}: cannot be written (${reason}); make room or choose another folder.`,
      {},
      cause,
    );
  }
}
