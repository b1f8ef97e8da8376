import { philox4x32 } from '@modalkit/toolkit';
import type { EmbeddingStream } from '../../src/index.js';

const WIDTH = 24;
const CLASSES = 10;
export const SECONDS = 20;

export interface Simulation {
  /** Seconds between windows, and of each window. */
  readonly hop: number;
  readonly window: number;
  /** Length of the noise of a window and of an event, relative to the class's vector. */
  readonly noise: number;
  readonly instance: number;
  /** Share of events that are taken for another class. */
  readonly confused: number;
  readonly activity?: boolean;
}

type Draw = () => number;
interface Event {
  readonly kind: number;
  readonly start: number;
  readonly length: number;
}

/** Uniform numbers in [0, 1), a function of the seed. */
export function drawer(seed: number): Draw {
  let [count, words] = [0, philox4x32([0, 0, 0, 0], [seed, 9])];
  return () => {
    if (count % 4 === 0) words = philox4x32([count / 4, 0, 0, 0], [seed, 9]);
    return (words[count++ % 4]! >>> 0) / 2 ** 32;
  };
}

const normal = (draw: Draw) => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
const vector = (draw: Draw, length: number) =>
  Array.from({ length: WIDTH }, () => (length * normal(draw)) / Math.sqrt(WIDTH));

/** Eight to twelve events of ten classes in 20 s, silence between them. */
export function drawEvents(draw: Draw): Event[] {
  const count = 8 + Math.floor(draw() * 5);
  const slot = SECONDS / count;
  return Array.from({ length: count }, (_, index) => ({
    kind: Math.floor(draw() * CLASSES),
    start: (index + draw() / 2) * slot,
    length: 0.35 + 0.35 * draw(),
  }));
}

/** Vectors of the classes, and of silence in each stream. */
export function drawSpace(draw: Draw) {
  return {
    classes: Array.from({ length: CLASSES }, () => vector(draw, 1)),
    silence: [vector(draw, 1), vector(draw, 1)],
  };
}

/** Embeddings of windows over events: a window is the mean of what is in it, with noise of its own and of its events. */
export function simulate(
  space: ReturnType<typeof drawSpace>,
  events: readonly Event[],
  shift: number,
  { hop, window, noise, instance, confused, activity }: Simulation,
  which: 0 | 1,
  draw: Draw,
): EmbeddingStream {
  // The second stream's events last longer than the first's about the same middle, as a stroke does beside its word.
  const stretch = which === 0 ? 0 : 0.3;
  const shown = events.map(({ kind, start, length }) => {
    const seen = draw() < confused ? Math.floor(draw() * CLASSES) : kind;
    const own = vector(draw, instance);
    const values = space.classes[seen]!.map((value, column) => value + own[column]!);
    return { from: start + shift - stretch * length, to: start + shift + (1 + stretch) * length, values };
  });
  const count = Math.floor(SECONDS / hop);
  const together = Math.max(1, Math.round(window / hop));
  // Noise of a window is the sum of that of its hops: windows that overlap share it.
  const hops = Array.from({ length: count + together }, () => vector(draw, noise / Math.sqrt(together)));
  const hiss = hops[0]!.map((_, column) => runningSums(hops.map((row) => row[column]!)));
  const times = Float64Array.from({ length: count }, (_, index) => (index + 0.5) * hop);
  const energy = new Float64Array(count);
  const rows = Array.from(times, (time, index) => {
    const shares = shown.map(
      ({ from, to }) => Math.max(0, Math.min(time + window / 2, to) - Math.max(time - window / 2, from)) / window,
    );
    energy[index] = Math.min(
      1,
      shares.reduce((sum, share) => sum + share, 0),
    );
    const row = Array.from({ length: WIDTH }, (_, column) => {
      const heard = shown.reduce((sum, { values }, event) => sum + shares[event]! * values[column]!, 0);
      const own = hiss[column]![index + together]! - hiss[column]![index]!;
      return heard + (1 - energy[index]!) * space.silence[which]![column]! + own;
    });
    return row.map((value) => value / Math.hypot(...row));
  });
  return { times, vectors: Float32Array.from(rows.flat()), ...(activity ? { activity: energy } : {}) };
}

function runningSums(values: readonly number[]): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (const [index, value] of values.entries()) sums[index + 1] = sums[index]! + value;
  return sums;
}
