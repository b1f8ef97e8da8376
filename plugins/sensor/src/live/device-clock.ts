import { LeastDelay, median } from './least-delay.js';

/** A stretch of a device's clock without a jump. */
export interface ClockSegment {
  /** First reading of the stretch, seconds on the device's clock. */
  readonly device: number;
  /** By how much the clock jumped there; 0 for the first and after the device began anew. */
  readonly jump: number;
}

const STEPS_KEPT = 32;
/** So many segments are kept for people. */
const MOST_SEGMENTS = 1024;
/** The offset grows by no more in a second, so that a better estimate opens no gap; it may fall at once. */
const SLEW = 0.02;

/**
 * Brings readings of a device's clock onto the shared clock: its jumps are taken out, its drift and the line's jitter fitted.
 * A jump is a step of the reading that neither the number of packets nor their arrival explains; what it was by is then told
 * by the device's own pace, without the jitter of the line.
 */
export class DeviceClock {
  private readonly delay = new LeastDelay();
  private readonly paces: number[] = [];
  private lastReading = Number.NaN;
  private lastArrived = Number.NaN;
  private shift = 0;
  private lastAt = Number.NaN;
  private lastOffset = Number.POSITIVE_INFINITY;
  private anew = false;
  segmentCount = 0;
  readonly segments: ClockSegment[] = [];
  /** Seconds from the reading before to the last one, jumps taken out. */
  step = 0;

  /** @param jump smallest step in seconds that is taken for a jump */
  constructor(private readonly jump: number) {}

  /** Seconds that the shared clock gains on the device's in a second. */
  get drift(): number {
    return this.delay.drift;
  }

  /** After this the device may count from another time. */
  interrupted(): void {
    this.anew = true;
  }

  /**
   * @param reading seconds on the device's clock, in order
   * @param arrived on the shared clock
   * @param steps packets since the one before; NaN when unknown
   * @returns seconds on the shared clock
   */
  shared(reading: number, arrived: number, steps: number): number {
    if (Number.isNaN(this.lastReading)) this.addSegment(reading, 0);
    else this.follow(reading, arrived, steps);
    this.lastReading = reading;
    this.lastArrived = arrived;
    const at = reading + this.shift;
    this.delay.add(at, arrived - at);
    this.step = Number.isNaN(this.lastAt) ? 0 : at - this.lastAt;
    const most = this.lastOffset + SLEW * Math.max(0, this.step);
    this.lastOffset = Math.min(this.delay.offset(at), most);
    this.lastAt = at;
    return at + this.lastOffset;
  }

  private follow(reading: number, arrived: number, steps: number): void {
    const step = reading - this.lastReading;
    const waited = arrived - this.lastArrived;
    const unexplained = Math.abs(step - waited) > this.jump;
    if (this.anew) {
      this.anew = false;
      if (unexplained) this.beginAnew(reading, waited);
    } else if (unexplained && !(Math.abs(step - this.expected(steps)) <= this.jump))
      this.jumped(reading, step, waited, steps);
    else this.keepPace(step, steps);
  }

  /** Device seconds that so many packets take; NaN while the device's pace is unknown or irregular. */
  private expected(steps: number): number {
    if (this.paces.length < 8) return Number.NaN;
    const pace = median(this.paces);
    const regular =
      this.paces.filter((other) => Math.abs(other - pace) <= 0.2 * pace).length >= 0.75 * this.paces.length;
    return regular ? steps * pace : Number.NaN;
  }

  private keepPace(step: number, steps: number): void {
    if (!(steps > 0)) return;
    this.paces.push(step / steps);
    if (this.paces.length > STEPS_KEPT) this.paces.shift();
  }

  private jumped(reading: number, step: number, waited: number, steps: number): void {
    const paced = this.expected(steps);
    const jump = step - (Number.isNaN(paced) ? waited : paced);
    this.shift -= jump;
    if (Number.isNaN(paced)) {
      this.delay.restart();
      this.lastOffset = Number.POSITIVE_INFINITY;
    }
    this.addSegment(reading, jump);
  }

  private beginAnew(reading: number, waited: number): void {
    this.shift += this.lastReading + waited - reading;
    this.lastOffset = Number.POSITIVE_INFINITY;
    this.delay.restart();
    this.addSegment(reading, 0);
  }

  private addSegment(device: number, jump: number): void {
    this.segmentCount++;
    if (this.segments.length < MOST_SEGMENTS) this.segments.push({ device, jump });
  }
}
