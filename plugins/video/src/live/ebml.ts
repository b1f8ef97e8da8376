/** Ids of the Matroska elements that a recording has (RFC 9559). */
export const ELEMENT = {
  ebml: 0x1a45dfa3,
  docType: 0x4282,
  segment: 0x18538067,
  info: 0x1549a966,
  timestampScale: 0x2ad7b1,
  muxingApp: 0x4d80,
  writingApp: 0x5741,
  tracks: 0x1654ae6b,
  track: 0xae,
  trackNumber: 0xd7,
  trackUid: 0x73c5,
  trackType: 0x83,
  codecId: 0x86,
  codecPrivate: 0x63a2,
  video: 0xe0,
  pixelWidth: 0xb0,
  pixelHeight: 0xba,
  cluster: 0x1f43b675,
  timestamp: 0xe7,
  simpleBlock: 0xa3,
  void: 0xec,
} as const;

/** An element: its id, an 8-byte size, what it holds. */
export function element(id: number, ...content: readonly (Uint8Array | string | number)[]): Buffer {
  const body = Buffer.concat(content.map(bytesOf));
  return Buffer.concat([idBytes(id), sizeBytes(body.length), body]);
}

/** The head of an element that goes on to the end of the file. */
export function openElement(id: number): Buffer {
  return Buffer.concat([idBytes(id), Buffer.from('01ffffffffffffff', 'hex')]);
}

/** Numbers are unsigned, big endian, in 8 bytes. */
function bytesOf(content: Uint8Array | string | number): Uint8Array {
  if (typeof content === 'string') return Buffer.from(content);
  if (typeof content !== 'number') return content;
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(content));
  return bytes;
}

function idBytes(id: number): Buffer {
  const hex = id.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
}

function sizeBytes(size: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(size) | (1n << 56n));
  return bytes;
}

/** The head of an element: its id, the bytes of its content (undefined: to the end of the file) and of the head. */
export interface ElementHead {
  readonly id: number;
  readonly size: number | undefined;
  readonly head: number;
}

/** Bytes of the longest head. */
export const LONGEST_HEAD = 12;

/** Reads a head at the start of `bytes`; undefined when it is cut off or none. */
export function elementHead(bytes: Uint8Array): ElementHead | undefined {
  const idLength = lengthOf(bytes[0], 4);
  const sizeLength = idLength && lengthOf(bytes[idLength], 8);
  if (!idLength || !sizeLength || bytes.length < idLength + sizeLength) return undefined;
  const size = bytes.subarray(idLength, idLength + sizeLength);
  // the first byte begins with the length, as a one after zeros
  const first = size[0]! & (0xff >> sizeLength);
  const open = first === 0xff >> sizeLength && size.subarray(1).every((byte) => byte === 0xff);
  return {
    id: big(bytes.subarray(0, idLength)),
    size: open ? undefined : big(Uint8Array.of(first, ...size.subarray(1))),
    head: idLength + sizeLength,
  };
}

const big = (bytes: Uint8Array): number => bytes.reduce((value, byte) => value * 256 + byte, 0);

/** Length of a variable-size integer by the leading zeros of its first byte. */
function lengthOf(first: number | undefined, most: number): number | undefined {
  if (!first) return undefined;
  const length = Math.clz32(first) - 23;
  return length <= most ? length : undefined;
}

/** The content of the first element of this id directly within `content`. */
export function findElement(content: Uint8Array, id: number): Uint8Array | undefined {
  for (let at = 0; at < content.length; ) {
    const found = elementHead(content.subarray(at, at + LONGEST_HEAD));
    if (!found) return undefined;
    const start = at + found.head;
    if (found.id === id) return content.subarray(start, found.size === undefined ? undefined : start + found.size);
    if (found.size === undefined) return undefined;
    at = start + found.size;
  }
  return undefined;
}
