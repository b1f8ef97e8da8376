/**
 * Lets through one frame for each 1/fps of a second, counted from the first frame: the first that is nearer to that moment
 * than to the one before. Frames that already come at that rate, a little early or late, all pass.
 */
export class FrameGate {
  private first: number | undefined;
  private tick = -1;

  constructor(private readonly fps: number) {}

  passes(time: number): boolean {
    this.first ??= time;
    const tick = Math.round((time - this.first) * this.fps);
    if (tick <= this.tick) return false;
    this.tick = tick;
    return true;
  }
}
