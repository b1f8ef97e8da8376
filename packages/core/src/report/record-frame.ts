import crc32c from 'crc-32/crc32c.js';

const MASK = 0xa282ead8;

/**
 * One record of the TFRecord format: length (uint64), masked crc of the length, data, masked crc of the data, all
 * little-endian. The crc is CRC-32C (Castagnoli), rotated right by 15 bits plus a constant.
 */
export function recordFrame(data: Uint8Array): Buffer {
  const frame = Buffer.alloc(16 + data.length);
  frame.writeBigUInt64LE(BigInt(data.length), 0);
  frame.writeUInt32LE(maskedCrc(frame.subarray(0, 8)), 8);
  frame.set(data, 12);
  frame.writeUInt32LE(maskedCrc(data), 12 + data.length);
  return frame;
}

function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c.buf(bytes) >>> 0;
  return (((crc >>> 15) | (crc << 17)) + MASK) >>> 0;
}
