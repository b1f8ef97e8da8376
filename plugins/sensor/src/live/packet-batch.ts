import { larger } from './larger.js';

/** Packets as they came, in columns; grows as needed and is used again. */
export class PacketBatch {
  count = 0;
  /** 32-bit number of each packet; NaN when the device gives none. */
  sequence = new Float64Array(64);
  /** Seconds on the device's clock; NaN when the device gives none. */
  device = new Float64Array(64);
  /** `[packet, channel]`, NaN where a packet has no value. */
  values: Float32Array;

  constructor(readonly channels: number) {
    this.values = new Float32Array(64 * channels);
  }

  /** Index of a new packet without any value. */
  add(sequence: number, device: number): number {
    const row = this.count++;
    if (row === this.sequence.length) this.grow();
    this.sequence[row] = sequence;
    this.device[row] = device;
    this.values.fill(Number.NaN, row * this.channels, (row + 1) * this.channels);
    return row;
  }

  private grow(): void {
    this.sequence = larger(this.sequence, 2 * this.sequence.length);
    this.device = larger(this.device, 2 * this.device.length);
    this.values = larger(this.values, 2 * this.values.length);
  }
}
