import { FFT_VECTORS, fftCode, fftTwiddles } from './fft-code.js';
import { gatherCode, LANES, melCode, powerCode, powerTwiddles } from './mel-code.js';
import { melFilters } from './mel-filters.js';
import { advance, countDown } from './wasm-code.js';
import { wasmModule } from './wasm-module.js';

/** What a log-mel spectrogram is made by. */
export interface MelOptions {
  /** Samples a second. */
  readonly rate: number;
  /** Samples of a window. */
  readonly fftSize: number;
  /** Samples from a frame to the next. */
  readonly hop: number;
  /** Filters, so values of a frame. */
  readonly mels: number;
}

/** Computes log-mel frames of a contiguous signal. */
export interface MelKernel {
  /**
   * Frame f is of the `fftSize` samples from `f * hop` on.
   * @param output `[frames, mels]`, log10 of the power in each filter, at least -10
   */
  run(signal: Float32Array, frames: number, output: Float32Array): void;
}

/** The JavaScript engine's WebAssembly, whose types come only with a browser's. */
const engine = (globalThis as unknown as { readonly WebAssembly: Engine }).WebAssembly;

interface Engine {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
  ) => { readonly exports: { run(groups: number): void; readonly memory: { readonly buffer: ArrayBuffer } } };
}

/** Frames of one call: their signal fits the processor's cache. */
const BLOCK = 64;
const PAGE = 65_536;

interface Layout {
  readonly options: MelOptions;
  readonly offsets: Readonly<Record<(typeof AREAS)[number], number>>;
  readonly pages: number;
}

const AREAS = ['window', 'fft', 'turns', 'filters', 'weights', 'work0', 'work1', 'signal', 'output'] as const;

const compiled = new Map<string, MelKernel>();

/**
 * The kernel of a window size, hop and filter bank: WebAssembly written for just these, four frames at once in SIMD lanes.
 * Made once and kept.
 */
export function melKernel(options: MelOptions): MelKernel {
  const { rate, fftSize, hop, mels } = options;
  const key = [rate, fftSize, hop, mels].join();
  const found = compiled.get(key) ?? compile(options);
  compiled.set(key, found);
  return found;
}

function compile(options: MelOptions): MelKernel {
  const { fftSize, hop, mels } = options;
  const tables = tablesOf(options);
  const layout = layOut(options, tables);
  const { offsets } = layout;
  const module = new engine.Module(wasmModule(layout.pages, kernelFunction(layout)));
  const {
    run,
    memory: { buffer },
  } = new engine.Instance(module).exports;
  for (const [name, values] of Object.entries(tables)) {
    const Type = name === 'filters' ? Int32Array : Float32Array;
    new Type(buffer, offsets[name as keyof typeof tables], values.length).set(values);
  }
  const signalIn = new Float32Array(buffer, offsets.signal, (BLOCK - 1) * hop + fftSize);
  const out = new Float32Array(buffer, offsets.output, BLOCK * mels);
  return {
    run: (signal, frames, output) => {
      for (let frame = 0; frame < frames; frame += BLOCK) {
        const count = Math.min(BLOCK, frames - frame);
        signalIn.set(signal.subarray(frame * hop, (frame + count - 1) * hop + fftSize));
        run(Math.ceil(count / LANES));
        output.set(out.subarray(0, count * mels), frame * mels);
      }
    },
  };
}

type Tables = Readonly<Record<'window' | 'fft' | 'turns' | 'filters' | 'weights', readonly number[]>>;

function tablesOf({ rate, fftSize, mels }: MelOptions): Tables {
  const filters = melFilters(mels, fftSize, rate);
  return {
    window: Array.from({ length: fftSize }, (_, i) => hann(i, fftSize) / 2), // halved for `powerCode`
    fft: fftTwiddles(fftSize / 2),
    turns: powerTwiddles(fftSize / 2),
    filters: filters.flatMap(({ start, weights }) => [16 * start, weights.length]),
    weights: filters.flatMap(({ weights }) => [...weights]),
  };
}

/** The periodic Hann window. */
const hann = (index: number, size: number) => 0.5 - 0.5 * Math.cos((2 * Math.PI * index) / size);

function layOut(options: MelOptions, tables: Tables): Layout {
  const { fftSize, hop, mels } = options;
  const sizes: Record<(typeof AREAS)[number], number> = {
    window: 4 * tables.window.length,
    fft: 4 * tables.fft.length,
    turns: 4 * tables.turns.length,
    filters: 4 * tables.filters.length,
    weights: 4 * tables.weights.length,
    work0: 16 * fftSize,
    // The spectrum's power goes into the buffer that the FFT left: a bin more than half its numbers.
    work1: 16 * fftSize,
    signal: 4 * ((BLOCK - 1) * hop + fftSize),
    output: 4 * BLOCK * mels,
  };
  let end = 0;
  const offsets = {} as Record<(typeof AREAS)[number], number>;
  for (const area of AREAS) {
    offsets[area] = end;
    end += Math.ceil(sizes[area] / 64) * 64;
  }
  return { options, offsets, pages: Math.ceil(end / PAGE) };
}

/** Locals: the argument, seven integers, and vectors, of which the steps use the same ones after each other. */
function kernelFunction({ options: { fftSize, hop, mels }, offsets }: Layout) {
  const [groups, signal, output, a, b, c, d, e] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
  const vectors = 8;
  const points = fftSize / 2;
  const fft = fftCode(points, [offsets.work0, offsets.work1], offsets.fft, {
    source: a,
    target: b,
    outer: c,
    inner: d,
    twiddle: e,
    vectors,
  });
  const power = fft.result === offsets.work0 ? offsets.work1 : offsets.work0;
  const body = countDown(groups, [
    ...gatherCode(
      { fftSize, hop, window: offsets.window, target: offsets.work0, signal: offsets.signal },
      { signal, offset: a, count: b, vector: vectors },
    ),
    ...advance(signal, 4 * hop * LANES),
    ...fft.code,
    ...powerCode(
      { points, spectrum: fft.result, twiddles: offsets.turns, target: power },
      { low: a, high: b, half: c, turn: d, count: e, vectors },
    ),
    ...melCode(
      { power, filters: offsets.filters, weights: offsets.weights, mels, target: offsets.output },
      { output, filter: a, weight: b, bin: c, count: d, mel: e, vectors },
    ),
  ]);
  return { integers: 7, vectors: FFT_VECTORS, body };
}
