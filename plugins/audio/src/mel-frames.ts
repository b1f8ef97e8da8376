import { type MelKernel, type MelOptions, melKernel } from './mel-kernel.js';

/** Samples taken in at once. */
const PIECE = 16_384;

/**
 * log10 mel frames of a signal that comes in pieces, the same whatever the pieces: frame f is centred on sample f * hop, both
 * edges are reflected, and there are floor(samples / hop) frames. Between pieces it keeps a window of the signal.
 */
export class MelFrames {
  /** Samples so far. */
  samples = 0;
  private readonly kernel: MelKernel;
  private readonly half: number;
  /** The signal from sample `from` on; half a window's reflection stands before sample 0. */
  private readonly kept: Float32Array;
  private from: number;
  private next = 0;

  constructor(private readonly options: MelOptions) {
    this.kernel = melKernel(options);
    this.half = options.fftSize / 2;
    this.from = -this.half;
    this.kept = new Float32Array(this.half + options.fftSize + PIECE);
  }

  /** The frames `[frames, mels]` that are complete now. */
  push(samples: Float32Array): Float32Array {
    const output = new Float32Array(this.framesTo(this.complete(this.samples + samples.length)));
    let written = 0;
    for (let start = 0; start < samples.length; start += PIECE) {
      const before = this.samples;
      this.keep(samples.subarray(start, start + PIECE));
      if (before <= this.half && this.samples > this.half) this.reflectStart();
      written += this.run(this.complete(this.samples), output.subarray(written));
    }
    return output;
  }

  /** The rest of the frames, the last samples reflected. At least half a window and a sample must have come. */
  end(): Float32Array {
    const { hop } = this.options;
    const total = Math.floor(this.samples / hop);
    const output = new Float32Array(this.framesTo(total));
    const last = this.samples - 1 - this.from;
    // The last frame is centred at least a hop before the end.
    for (let index = 1; index <= this.half - hop; index++) this.kept[last + index] = this.kept[last - index]!;
    this.run(total, output);
    return output;
  }

  /** Frames whose windows end before sample `samples`. */
  private complete(samples: number): number {
    return samples > this.half ? Math.floor((samples - this.half) / this.options.hop) + 1 : 0;
  }

  private framesTo(until: number): number {
    return Math.max(0, until - this.next) * this.options.mels;
  }

  private keep(samples: Float32Array): void {
    this.kept.set(samples, this.samples - this.from);
    this.samples += samples.length;
  }

  private reflectStart(): void {
    for (let index = 1; index <= this.half; index++) this.kept[this.half - index] = this.kept[this.half + index]!;
  }

  /** Computes the frames up to `until`, and drops what no later frame needs. */
  private run(until: number, output: Float32Array): number {
    const { hop } = this.options;
    const count = Math.max(0, until - this.next);
    if (count > 0) this.kernel.run(this.kept.subarray(this.next * hop - this.half - this.from), count, output);
    this.next = Math.max(this.next, until);
    const unneeded = this.next * hop - this.half - this.from;
    if (unneeded > 0) {
      this.kept.copyWithin(0, unneeded, this.samples - this.from);
      this.from += unneeded;
    }
    return count * this.options.mels;
  }
}
