import { type FileHandle, open } from 'node:fs/promises';
import { ModalkitError } from '@modalkit/contract';
import { ELEMENT, elementHead, findElement, LONGEST_HEAD } from './ebml.js';
import { WRITING_APP } from './record-frames.js';

/** An event as the file has it: seconds of the file's clock. */
export type RecordedEvent =
  | { readonly kind: 'frame'; readonly time: number; readonly png: Uint8Array }
  | { readonly kind: 'gap'; readonly time: readonly [number, number]; readonly reason: string };

/** No element of a recording is larger. */
const LARGEST = 256 * 1024 * 1024;
/** Bytes of a cluster in which its time is. */
const TIMESTAMP = LONGEST_HEAD + 8;

/**
 * The events of a file that `recordFrames` wrote, piece by piece. One that was killed ends with its last whole frame; one
 * into which no frame came is empty.
 * @throws ModalkitError DATA when it is no such file
 */
export async function* readRecording(file: string): AsyncGenerator<RecordedEvent, void> {
  const handle = await open(file, 'r').catch((cause) => {
    throw new ModalkitError('DATA', `Recording ${file} cannot be opened (${cause.code}); check its name.`, {}, cause);
  });
  try {
    let ours = false;
    for await (const { id, content } of topElements(handle)) {
      if (id === ELEMENT.info) ours = String(findElement(await content(), ELEMENT.writingApp)) === WRITING_APP;
      else if (id === ELEMENT.cluster && !ours) break;
      else if (id === ELEMENT.cluster) yield frameOf(await content(), file);
      else if (id === ELEMENT.void && ours) yield gapOf(await content(), file);
    }
    const { size } = await handle.stat();
    if (!ours && size > 0)
      throw new ModalkitError('DATA', `${file} is no recording by @modalkit/video; give one, or use it as a sample.`);
  } finally {
    await handle.close();
  }
}

/** Where a frame's cluster is in its file, and the second at which it appears. */
export interface RecordedPlace {
  readonly time: number;
  readonly at: number;
  readonly size: number;
}

/** Where the frames of a recording of ours are, without reading them; undefined for any other file. */
export async function placesOf(handle: FileHandle, file: string): Promise<readonly RecordedPlace[] | undefined> {
  const places: RecordedPlace[] = [];
  let ours = false;
  for await (const { id, at, size, content } of topElements(handle)) {
    if (id === ELEMENT.info) ours = String(findElement(await content(), ELEMENT.writingApp)) === WRITING_APP;
    if (id !== ELEMENT.cluster) continue;
    if (!ours) return undefined;
    places.push({ time: timeOf(await content(TIMESTAMP), file), at, size });
  }
  return ours ? places : undefined;
}

/** The picture at a place. @throws ModalkitError DATA */
export async function pngAt(handle: FileHandle, { at, size }: RecordedPlace, file: string): Promise<Uint8Array> {
  return frameOf(await read(handle, at, size), file).png;
}

interface TopElement {
  readonly id: number;
  readonly at: number;
  readonly size: number;
  /** All of it, or its first bytes. */
  readonly content: (bytes?: number) => Promise<Buffer>;
}

/** Elements of the file and, in their place, of its segment. Ends where the file is cut off or is no Matroska. */
async function* topElements(handle: FileHandle): AsyncGenerator<TopElement, void> {
  const { size: length } = await handle.stat();
  for (let at = 0; ; ) {
    const start = elementHead(await read(handle, at, LONGEST_HEAD));
    if (!start || (at === 0 && start.id !== ELEMENT.ebml)) return;
    at += start.head;
    if (start.id === ELEMENT.segment) continue;
    const { id, size } = start;
    if (size === undefined || size > LARGEST || at + size > length) return;
    const from = at;
    yield { id, at, size, content: (bytes = size) => read(handle, from, Math.min(bytes, size)) };
    at += size;
  }
}

async function read(handle: FileHandle, at: number, count: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(count), 0, count, at);
  return buffer.subarray(0, bytesRead);
}

function timeOf(cluster: Uint8Array, file: string): number {
  const timestamp = findElement(cluster, ELEMENT.timestamp);
  if (timestamp?.length !== 8) throw damaged(file);
  return Number(Buffer.from(timestamp).readBigUInt64BE()) / 1e6;
}

function frameOf(cluster: Uint8Array, file: string): RecordedEvent & { readonly kind: 'frame' } {
  const block = findElement(cluster, ELEMENT.simpleBlock);
  if (!block) throw damaged(file);
  return { kind: 'frame', time: timeOf(cluster, file), png: block.subarray(4) };
}

function gapOf(content: Uint8Array, file: string): RecordedEvent {
  try {
    const { gap, reason } = JSON.parse(String(content));
    return { kind: 'gap', time: [Number(gap[0]), Number(gap[1])], reason: String(reason) };
  } catch {
    throw damaged(file);
  }
}

function damaged(file: string): ModalkitError {
  return new ModalkitError('DATA', `Recording ${file} is damaged; record it again.`);
}
