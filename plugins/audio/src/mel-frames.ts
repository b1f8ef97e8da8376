import { type MelKernel, type MelOptions, melKernel } from './mel-kernel.js';

/**
 * log10 mel frames of a signal that comes in pieces, the same whatever the pieces: frame f is centred on sample f * hop, both
 * edges are reflected, and there are floor(samples / hop) frames. What is kept is less than two windows.
 */
export class MelFrames {
  /** Samples so far. */
  samples = 0;
  private readonly kernel: MelKernel;
  private readonly half: number;
  /** The signal from `from` on, in samples after its start; reflected samples stand before 0. */
  private kept = new Float32Array();
  private from = 0;
  private next = 0;

  constructor(private readonly options: MelOptions) {
    this.kernel = melKernel(options);
    this.half = options.fftSize / 2;
  }

  /** The frames `[frames, mels]` that are complete now. */
  push(samples: Float32Array): Float32Array {
    this.keep(samples);
    if (this.samples <= this.half) return new Float32Array();
    if (this.next === 0 && this.from === 0) this.reflectStart();
    return this.frames(Math.floor((this.samples - this.half) / this.options.hop) + 1);
  }

  /** The rest of the frames, the last samples reflected. At least half a window and a sample must have come. */
  end(): Float32Array {
    const { hop } = this.options;
    const total = Math.floor(this.samples / hop);
    const missing = (total - 1) * hop + this.half - this.samples;
    const last = this.kept.length - 1;
    this.keep(Float32Array.from({ length: Math.max(0, missing) }, (_, index) => this.kept[last - 1 - index]!));
    return this.frames(total);
  }

  private keep(samples: Float32Array): void {
    const joined = new Float32Array(this.kept.length + samples.length);
    joined.set(this.kept);
    joined.set(samples, this.kept.length);
    this.kept = joined;
    this.samples += samples.length;
  }

  private reflectStart(): void {
    const start = Float32Array.from({ length: this.half }, (_, index) => this.kept[this.half - index]!);
    const joined = new Float32Array(start.length + this.kept.length);
    joined.set(start);
    joined.set(this.kept, start.length);
    this.kept = joined;
    this.from = -this.half;
  }

  /** The frames from the next one up to `until`, and drops what no later frame, nor the reflection of the end, needs. */
  private frames(until: number): Float32Array {
    const { hop, mels } = this.options;
    const count = Math.max(0, until - this.next);
    const first = this.next * hop - this.half - this.from;
    const output = new Float32Array(count * mels);
    if (count > 0) this.kernel.run(this.kept.subarray(first), count, output);
    this.next += count;
    const unneeded = Math.min(this.next * hop - this.half, this.samples - this.half - 1) - this.from;
    if (unneeded > 0) {
      this.kept = this.kept.slice(unneeded);
      this.from += unneeded;
    }
    return output;
  }
}
