import { hostRandom } from '../../../packages/toolkit/src/index.js';

export interface VirtualDevice {
  readonly packets: number;
  /** Packets a second. */
  readonly rate: number;
  /** Seconds that its clock gains in a million. */
  readonly drift: number;
  /** Largest delay of the line in seconds. */
  readonly jitter: number;
  /** Shares of the packets. */
  readonly reordered: number;
  readonly duplicate: number;
  readonly lost: number;
  /** Seconds between two jumps of its clock, on average; each by 0.5 to 6 s to either side. */
  readonly jumpEvery: number;
  readonly seed: number;
}

export interface Delivery {
  readonly sequence: number;
  /** The device's clock. */
  readonly device: number;
  /** On the shared clock. */
  readonly arrived: number;
}

/** What a device measured and when, and what of it arrives, in the order of arrival. */
export function simulate(device: VirtualDevice) {
  const { packets, rate, drift, jitter, seed } = device;
  const random = hostRandom(seed, 0, 'device');
  const chance = (purpose: string, index: number) => random.uniform(purpose, index);
  const truth = new Float64Array(packets);
  const readings = new Float64Array(packets);
  const jumps: number[] = [];
  const deliveries: Delivery[] = [];
  let [shift, sent] = [1000, packets];
  for (let sequence = 0; sequence < packets; sequence++) {
    truth[sequence] = 50 + sequence / rate;
    if (sequence > 0 && chance('jump', sequence) < 1 / (rate * device.jumpEvery)) {
      const size = 0.5 + 5.5 * chance('jump/size', sequence);
      shift += chance('jump/sign', sequence) < 0.5 ? size : -size;
      jumps.push(sequence);
    }
    readings[sequence] = (sequence / rate) * (1 + drift * 1e-6) + shift;
    const deliver = (copy: string, extra: number) => {
      const delay = jitter * chance(`delay${copy}`, sequence) + extra;
      deliveries.push({ sequence, device: readings[sequence]!, arrived: truth[sequence]! + delay });
    };
    const ends = sequence === 0 || sequence === packets - 1;
    if (!ends && chance('lost', sequence) < device.lost) continue;
    const late = !ends && chance('reordered', sequence) < device.reordered;
    deliver('', late ? 0.2 * chance('reordered/by', sequence) : 0);
    if (ends || chance('duplicate', sequence) >= device.duplicate) continue;
    deliver('/again', 0.2 * chance('duplicate/by', sequence));
    sent++;
  }
  deliveries.sort((a, b) => a.arrived - b.arrived);
  return { truth, readings, jumps, deliveries, sent };
}
