import { type FileHandle, open } from 'node:fs/promises';
import { type LiveEvent, ModalkitError, type Recorder } from '@modalkit/contract';
import { loadSharp } from '../load-sharp.js';
import { ELEMENT, element, openElement } from './ebml.js';
import type { LiveFrame } from './live-frame.js';

/** How a file says that it is one of ours. */
export const WRITING_APP = '@modalkit/video';
/** Nanoseconds of a Matroska timestamp: ours are microseconds. */
const TIMESTAMP_SCALE = 1000;

/**
 * Records frames as Matroska: lossless PNGs with their true times to the microsecond, one cluster a frame, handed to the
 * system as it comes. So a killed recording plays up to its last whole frame, in any player. Gaps are kept in elements that
 * players skip.
 * @param origin second of the shared clock that is 0 in the file
 */
export async function recordFrames(file: string, origin: number): Promise<Recorder<LiveFrame>> {
  const handle = await open(file, 'wx').catch((cause) => {
    throw new ModalkitError(
      'DISK',
      `Recording ${file} cannot be begun (${cause.code}); choose another place.`,
      {},
      cause,
    );
  });
  const writer = new RecordingWriter(handle, file, origin);
  return { write: (event) => writer.enqueue(event), close: () => writer.close() };
}

class RecordingWriter {
  private last: Promise<void> = Promise.resolve();
  private size: Pick<LiveFrame, 'width' | 'height' | 'channels'> | undefined;

  constructor(
    private readonly handle: FileHandle,
    private readonly file: string,
    private readonly origin: number,
  ) {}

  /** Events are written in the order in which they come, also when the caller does not wait. */
  enqueue(event: LiveEvent<LiveFrame>): Promise<void> {
    const next = this.last.then(() => this.write(event));
    this.last = next.catch(() => {});
    return next;
  }

  async close(): Promise<void> {
    await this.last;
    await this.handle.close();
  }

  private async write(event: LiveEvent<LiveFrame>): Promise<void> {
    const [start, end] = event.time.map((time) => time - this.origin) as [number, number];
    if (event.kind === 'gap') {
      if (this.size)
        await this.append(element(ELEMENT.void, JSON.stringify({ gap: [start, end], reason: event.reason })));
      return;
    }
    if (start < 0)
      throw new ModalkitError(
        'DATA',
        `Recording ${this.file}: a frame is ${-start} s before its start; begin it earlier.`,
      );
    this.checkSize(event.value);
    const png = await pngOf(event.value);
    const head = this.size ? [] : [headOf(event.value)];
    this.size = event.value;
    await this.append(Buffer.concat([...head, clusterOf(png, Math.round(start * 1e6))]));
  }

  private checkSize({ width, height, channels }: LiveFrame): void {
    const { size } = this;
    if (!size || (size.width === width && size.height === height && size.channels === channels)) return;
    throw new ModalkitError(
      'DATA',
      `Recording ${this.file} holds frames of ${size.width} x ${size.height} x ${size.channels}, but one of ${width} x ${height} x ${channels} came; record it into another file.`,
    );
  }

  private async append(bytes: Buffer): Promise<void> {
    try {
      await this.handle.appendFile(bytes);
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      throw new ModalkitError('DISK', `Recording ${this.file} cannot be written (${code}); free space.`, {}, cause);
    }
  }
}

async function pngOf({ pixels, width, height, channels }: LiveFrame): Promise<Buffer> {
  const sharp = await loadSharp();
  const picture = sharp(pixels, { raw: { width, height, channels } });
  const coloured = channels === 1 ? picture.toColourspace('b-w') : picture;
  return coloured.png({ compressionLevel: 1 }).toBuffer();
}

/** One frame: its time, then track 1, 0 after that time, a key frame. */
function clusterOf(png: Buffer, microseconds: number): Buffer {
  const block = element(ELEMENT.simpleBlock, Buffer.of(0x81, 0, 0, 0x80), png);
  return element(ELEMENT.cluster, element(ELEMENT.timestamp, microseconds), block);
}

/** What stands before the first cluster; the segment goes on to the end of the file. */
function headOf({ width, height, channels }: LiveFrame): Buffer {
  const bitmap = Buffer.alloc(40);
  bitmap.writeInt32LE(40, 0);
  bitmap.writeInt32LE(width, 4);
  bitmap.writeInt32LE(height, 8);
  bitmap.writeInt16LE(1, 12);
  bitmap.writeInt16LE(8 * channels, 14);
  bitmap.write('MPNG', 16, 'latin1');
  const track = [
    ...[element(ELEMENT.trackNumber, 1), element(ELEMENT.trackUid, 1), element(ELEMENT.trackType, 1)],
    ...[element(ELEMENT.codecId, 'V_MS/VFW/FOURCC'), element(ELEMENT.codecPrivate, bitmap)],
    element(ELEMENT.video, element(ELEMENT.pixelWidth, width), element(ELEMENT.pixelHeight, height)),
  ];
  const apps = [element(ELEMENT.muxingApp, WRITING_APP), element(ELEMENT.writingApp, WRITING_APP)];
  return Buffer.concat([
    element(ELEMENT.ebml, element(ELEMENT.docType, 'matroska')),
    openElement(ELEMENT.segment),
    element(ELEMENT.info, element(ELEMENT.timestampScale, TIMESTAMP_SCALE), ...apps),
    element(ELEMENT.tracks, element(ELEMENT.track, ...track)),
  ]);
}
