import { type AdapterStream, type LiveEvent, type LiveWindow, ModalkitError } from '@modalkit/contract';
import type { ParsedAudioOptions } from '../audio-options.js';
import { MelFrames } from '../mel-frames.js';
import { floored } from '../prepare-sound.js';
import type { PreparedSound } from '../prepared-sound.js';
import { type TokenGrid, tokenGrid } from '../token-grid.js';
import type { LiveSound } from './live-sound.js';

/**
 * Cuts live sound into chunks, each with what it hears of its neighbours: their tokens are those of the whole sound. A chunk
 * is ready when its context after it has come; a gap ends the sound, and what comes after it is another one.
 * @throws ModalkitError OPTIONS when tokens depend on the whole clip
 */
export function soundStream(options: ParsedAudioOptions): AdapterStream<PreparedSound> {
  const { chunk, floor } = options;
  const grid = tokenGrid(options);
  if (grid.chunk && typeof floor === 'number') return new SoundStream(options, floor, grid, grid.chunk);
  const missing = [
    ...(chunk ? [] : ['chunk: { seconds, overlap }']),
    ...(typeof floor === 'number'
      ? []
      : ['floor to a number such as -6, for the clip’s largest value is not known before its end']),
  ];
  throw new ModalkitError('OPTIONS', `@modalkit/audio cannot stream with these options; set ${missing.join(' and ')}.`);
}

class SoundStream implements AdapterStream<PreparedSound> {
  readonly length: number;
  private frames: MelFrames;
  /** Frames from step `first` on. */
  private mel = new Float32Array();
  private first = 0;
  private chunk = 0;
  /** Second of the sound's first sample, as its newest samples tell. */
  private start = 0;
  private arrived = 0;

  constructor(
    private readonly options: ParsedAudioOptions,
    private readonly floor: number,
    private readonly grid: TokenGrid,
    private readonly plan: NonNullable<TokenGrid['chunk']>,
  ) {
    this.length = plan.steps * grid.rows;
    this.frames = new MelFrames(options);
  }

  push(event: LiveEvent): readonly LiveWindow<PreparedSound>[] {
    if (event.kind === 'gap') return this.flush();
    const { samples, rate } = event.value as LiveSound;
    if (rate !== this.options.rate)
      throw new ModalkitError(
        'OPTIONS',
        `@modalkit/audio hears ${this.options.rate} Hz, but the stream has ${rate}; set the source’s rate to ${this.options.rate}.`,
      );
    this.start = event.time[0] - this.frames.samples / rate;
    this.arrived = event.arrived;
    this.append(this.frames.push(samples));
    return this.windows(Number.POSITIVE_INFINITY);
  }

  flush(): readonly LiveWindow<PreparedSound>[] {
    const { frames, grid } = this;
    const steps = Math.ceil(frames.samples / grid.samples);
    let windows: readonly LiveWindow<PreparedSound>[] = [];
    if (frames.samples >= this.options.fftSize) {
      this.append(frames.push(new Float32Array(steps * grid.samples - frames.samples)));
      this.append(frames.end());
      windows = this.windows(steps);
    }
    this.frames = new MelFrames(this.options);
    [this.mel, this.first, this.chunk] = [new Float32Array(), 0, 0];
    return windows;
  }

  private append(mel: Float32Array): void {
    const joined = new Float32Array(this.mel.length + mel.length);
    joined.set(this.mel);
    joined.set(floored(mel, this.floor), this.mel.length);
    this.mel = joined;
  }

  /** The chunks that are complete; `end` is the number of steps, when it is known. */
  private windows(end: number): LiveWindow<PreparedSound>[] {
    const { steps, context } = this.plan;
    const { stride, mels } = this.grid;
    const known = this.first + Math.floor(this.mel.length / (stride * mels));
    const windows: LiveWindow<PreparedSound>[] = [];
    for (;;) {
      const from = this.chunk * steps;
      const ready = end === Number.POSITIVE_INFINITY ? from + steps + context <= known : from < end;
      if (!ready) return windows;
      windows.push(this.window(from, Math.min(from + steps, end), Math.min(from + steps + context, end)));
      this.chunk++;
      this.forget(this.chunk * steps - context);
    }
  }

  private window(from: number, to: number, heardTo: number): LiveWindow<PreparedSound> {
    const { stride, mels, seconds } = this.grid;
    const before = Math.min(this.plan.context, from);
    const at = (step: number) => (step - this.first) * stride * mels;
    const start = this.start + from * seconds;
    return {
      prepared: {
        mel: this.mel.slice(at(from - before), at(heardTo)),
        steps: to - from,
        before,
        after: heardTo - to,
        start,
      },
      time: [start, start + (to - from) * seconds],
      arrived: this.arrived,
    };
  }

  /** Drops what lies before a step. */
  private forget(before: number): void {
    const { stride, mels } = this.grid;
    const steps = Math.max(0, before - this.first);
    this.mel = this.mel.slice(steps * stride * mels);
    this.first += steps;
  }
}
