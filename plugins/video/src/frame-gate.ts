/** A tick is reached this share of an interval early: times in files are rounded. */
const MARGIN = 1e-3;

/** Lets through the first frame of each 1/fps of a second, counted from the first frame. */
export class FrameGate {
  private first: number | undefined;
  private tick = -1;

  constructor(private readonly fps: number) {}

  passes(time: number): boolean {
    this.first ??= time;
    const tick = Math.floor((time - this.first) * this.fps + MARGIN);
    if (tick <= this.tick) return false;
    this.tick = tick;
    return true;
  }
}
