// A CommonJS module whose names Node cannot see.
import crc32 from 'crc-32';

export type Checksum = 'crc32' | 'crc16';

/** Bytes that a checksum takes in a frame. */
export const CHECKSUM_BYTES = { crc32: 4, crc16: 2 } as const;

/** CRC-16/IBM-3740 (polynomial 0x1021, initial value 0xffff, no reflection), often called CCITT-FALSE. */
const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 8;
  for (let bit = 0; bit < 8; bit++) value = value & 0x8000 ? (value << 1) ^ 0x1021 : value << 1;
  return value;
});

export function crc16(bytes: Uint8Array): number {
  let value = 0xffff;
  for (let index = 0; index < bytes.length; index++)
    value = ((value << 8) & 0xffff) ^ TABLE[(value >> 8) ^ bytes[index]!]!;
  return value;
}

/** The checksum as an unsigned number: CRC-32/ISO-HDLC (that of zip and Ethernet) or `crc16`. */
export function checksumOf(kind: Checksum, bytes: Uint8Array): number {
  return kind === 'crc32' ? crc32.buf(bytes) >>> 0 : crc16(bytes);
}
