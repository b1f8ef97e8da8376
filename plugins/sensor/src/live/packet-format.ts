import type { PacketBatch } from './packet-batch.js';

/** One packet to be sent. */
export interface Packet {
  /** 32-bit number, one more for each packet. */
  readonly sequence: number;
  /** Seconds on the device's clock. */
  readonly device: number;
  /** By channel in the order of the options; NaN for a channel that the packet has no value of. */
  readonly values: ArrayLike<number>;
}

/** How a device writes packets: frames that end with `delimiter`. */
export interface PacketFormat {
  readonly delimiter: number;
  /** False when the format tells no packet numbers: losses then can't be counted. */
  readonly numbered: boolean;
  /** False when the format tells no times of the device. */
  readonly timed: boolean;
  /** Adds the packet in `bytes[start, end)`, without its delimiter, to the batch; false when it is none. */
  decode(bytes: Uint8Array, start: number, end: number, batch: PacketBatch): boolean;
  /** The packet's frame with its delimiter. */
  encode(packet: Packet): Uint8Array;
}
