import { CHECKSUM_BYTES, type Checksum, checksumOf } from './checksum.js';
import { cobsDecode, cobsEncode } from './cobs.js';
import type { PacketFormat } from './packet-format.js';

/** Sequence number, time, presence: what stands before the values. */
const HEADER = 16;
const TWO_32 = 2 ** 32;

/**
 * Binary frames: COBS of the bytes below, little-endian, then a zero. A zero before a frame does no harm and keeps noise
 * off it.
 *
 * | offset | bytes | content |
 * | ---: | ---: | --- |
 * | 0 | 4 | sequence number, uint32, wraps |
 * | 4 | 8 | device time in microseconds, int64 |
 * | 12 | 4 | uint32, bit i set: a value of channel i follows |
 * | 16 | 4 n | float32 of each channel whose bit is set, in order |
 * | 16 + 4 n | 4 or 2 | CRC-32/ISO-HDLC or CRC-16/IBM-3740 of all before |
 */
export function cobsFormat(channels: number, checksum: Checksum): PacketFormat {
  const most = HEADER + 4 * channels + CHECKSUM_BYTES[checksum];
  const plain = new Uint8Array(most);
  const view = new DataView(plain.buffer);
  const checked = Array.from({ length: channels + 1 }, (_, values) => plain.subarray(0, HEADER + 4 * values));
  return {
    delimiter: 0,
    numbered: true,
    timed: true,
    decode(bytes, start, end, batch) {
      const length = cobsDecode(bytes, start, end, plain);
      if (length < HEADER) return false;
      const present = view.getUint32(12, true);
      const count = bitCount(present);
      const body = HEADER + 4 * count;
      if (count > channels || length !== body + CHECKSUM_BYTES[checksum] || !onlyFirst(present, channels)) return false;
      const sent = checksum === 'crc32' ? view.getUint32(body, true) : view.getUint16(body, true);
      if (sent !== checksumOf(checksum, checked[count]!)) return false;
      const micros = view.getInt32(8, true) * TWO_32 + view.getUint32(4, true);
      const first = batch.add(view.getUint32(0, true), micros / 1e6) * channels;
      for (let channel = 0, at = HEADER; channel < channels; channel++) {
        if ((present & (1 << channel)) === 0) continue;
        batch.values[first + channel] = view.getFloat32(at, true);
        at += 4;
      }
      return true;
    },
    encode({ sequence, device, values }) {
      const micros = Math.round(device * 1e6);
      view.setUint32(0, sequence, true);
      view.setUint32(4, micros % TWO_32 < 0 ? (micros % TWO_32) + TWO_32 : micros % TWO_32, true);
      view.setInt32(8, Math.floor(micros / TWO_32), true);
      let [present, at] = [0, HEADER];
      for (let channel = 0; channel < channels; channel++) {
        if (Number.isNaN(values[channel]!)) continue;
        present |= 1 << channel;
        view.setFloat32(at, values[channel]!, true);
        at += 4;
      }
      view.setUint32(12, present, true);
      const sum = checksumOf(checksum, plain.subarray(0, at));
      if (checksum === 'crc32') view.setUint32(at, sum, true);
      else view.setUint16(at, sum, true);
      at += CHECKSUM_BYTES[checksum];
      const frame = new Uint8Array(at + Math.ceil(at / 254) + 2);
      return frame.subarray(0, cobsEncode(plain, at, frame, 0) + 1);
    },
  };
}

function bitCount(bits: number): number {
  let value = bits - ((bits >>> 1) & 0x55555555);
  value = (value & 0x33333333) + ((value >>> 2) & 0x33333333);
  return Math.imul((value + (value >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

const onlyFirst = (bits: number, channels: number): boolean => channels === 32 || bits >>> channels === 0;
