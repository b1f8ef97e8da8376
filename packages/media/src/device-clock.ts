/** Seconds over which the promptest arrival tells where the device's clock is: all others only came later. */
const WINDOW = 2;
/** Arrivals that are kept at most, for streams that come faster than the clock goes. */
const KEPT = 256;
/** Seconds of the device that are missing when it is behind by more. */
const HOLE = 0.25;
/** Largest correction, in seconds per second: crystals differ by 0.0001. */
const SLEW = 0.01;

/** Puts positions in a device's stream onto the shared clock, by when they arrived. */
export class DeviceClock {
  private readonly arrivals: { readonly arrived: number; readonly offset: number }[] = [];
  private offset: number | undefined;
  private last = 0;

  /**
   * @param position seconds of the stream up to which data has come
   * @param arrived when it came, on the shared clock
   * @returns what to add to positions, and the seconds that the device skipped before this
   */
  place(position: number, arrived: number): { readonly offset: number; readonly skipped: number } {
    this.arrivals.push({ arrived, offset: arrived - position });
    while (this.arrivals.length > KEPT || this.arrivals[0]!.arrived < arrived - WINDOW) this.arrivals.shift();
    const target = Math.min(...this.arrivals.map(({ offset }) => offset));
    const error = target - (this.offset ?? target);
    const step = SLEW * Math.max(0, position - this.last);
    const skipped = error > HOLE ? error : 0;
    this.offset = (this.offset ?? target) + (skipped || Math.min(step, Math.max(-step, error)));
    this.last = position;
    return { offset: this.offset, skipped };
  }
}
