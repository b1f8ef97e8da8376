import { advance, type Code, countDown, f32x4, get, i32, i32x4, set } from './wasm-code.js';

/** Frames that are worked on at once: the lanes of a vector. */
export const LANES = 4;

const LANE_INDEXES = [0, 1, 2, 3] as const;
const VECTOR = 16;

export interface GatherPlan {
  readonly fftSize: number;
  readonly hop: number;
  readonly window: number;
  readonly signal: number;
  readonly target: number;
}

/** Four windowed frames side by side, from the signal at `signal`, moved by the local of that name, on. Uses two i32 locals and a v128. */
export function gatherCode(
  { fftSize, hop, window, signal: start, target }: GatherPlan,
  locals: { readonly signal: number; readonly offset: number; readonly count: number; readonly vector: number },
): Code {
  const { signal, offset, count, vector } = locals;
  const sample = i32.add(get(signal), get(offset));
  const lanes = LANE_INDEXES.reduce<Code>(
    (frames, lane) => f32x4.loadLane(sample, start + 4 * hop * lane, frames, lane),
    get(vector),
  );
  const place = i32.multiply(get(offset), i32.constant(LANES));
  return [
    ...set(offset, i32.constant(0)),
    ...set(count, i32.constant(fftSize)),
    ...countDown(count, [
      ...set(vector, lanes),
      ...f32x4.store(place, target, f32x4.multiply(get(vector), f32x4.loadSplat(get(offset), window))),
      ...advance(offset, 4),
    ]),
  ];
}

export interface PowerPlan {
  /** Points of the complex FFT, half those of the real one. */
  readonly points: number;
  readonly spectrum: number;
  /** exp(-2 pi i k / (2 points)) for k = 1 … points / 2. */
  readonly twiddles: number;
  readonly target: number;
}

/** Twiddles of `powerCode`. */
export function powerTwiddles(points: number): number[] {
  return Array.from({ length: Math.floor(points / 2) }, (_, index) => {
    const angle = (-Math.PI * (index + 1)) / points;
    return [Math.cos(angle), Math.sin(angle)];
  }).flat();
}

/** Five i32 locals, and from `vectors` on eight v128. */
export interface PowerLocals {
  readonly low: number;
  readonly high: number;
  readonly half: number;
  readonly turn: number;
  readonly count: number;
  readonly vectors: number;
}

/**
 * |X[k]|^2 of the real FFT, k = 0 … points, from the complex FFT Z of even samples + i odd ones: with E and O the spectra of
 * the even and odd samples and T = exp(-2 pi i k / (2 points)) O, X[k] = E + T and |X[points - k]| = |E - T|. Windows are
 * halved beforehand, which saves the halves of E and O.
 */
export function powerCode({ points, spectrum, twiddles, target }: PowerPlan, locals: PowerLocals): Code {
  const { low, high, half, turn, count, vectors } = locals;
  const { add, subtract, multiply } = f32x4;
  const [evenRe, evenIm, oddRe, oddIm, turnedRe, turnedIm, re, im] = Array.from(
    { length: 8 },
    (_, i) => vectors + i,
  ) as [number, number, number, number, number, number, number, number];
  const square = (a: Code, b: Code) => add(multiply(a, a), multiply(b, b));
  const first = i32.constant(0);
  const ends = (combine: typeof add, to: number) => [
    ...set(re, combine(f32x4.load(first, spectrum), f32x4.load(first, spectrum + VECTOR))),
    ...set(re, add(get(re), get(re))),
    ...f32x4.store(first, to, multiply(get(re), get(re))),
  ];
  const [zRe, zIm] = [f32x4.load(get(low), spectrum + 32), f32x4.load(get(low), spectrum + 32 + VECTOR)];
  const [yRe, yIm] = [f32x4.load(get(high), spectrum), f32x4.load(get(high), spectrum + VECTOR)];
  return [
    ...ends(add, target),
    ...ends(subtract, target + points * VECTOR),
    ...set(low, i32.constant(0)),
    ...set(high, i32.constant((points - 1) * 32)),
    ...set(turn, i32.constant(0)),
    ...set(half, i32.constant(0)),
    ...set(count, i32.constant(Math.floor(points / 2))),
    ...countDown(count, [
      ...set(evenRe, add(zRe, yRe)),
      ...set(evenIm, subtract(zIm, yIm)),
      ...set(oddRe, add(zIm, yIm)),
      ...set(oddIm, subtract(yRe, zRe)),
      ...set(re, f32x4.loadSplat(get(turn), twiddles)),
      ...set(im, f32x4.loadSplat(get(turn), twiddles + 4)),
      ...set(turnedRe, subtract(multiply(get(oddRe), get(re)), multiply(get(oddIm), get(im)))),
      ...set(turnedIm, add(multiply(get(oddRe), get(im)), multiply(get(oddIm), get(re)))),
      ...f32x4.store(
        get(half),
        target + VECTOR,
        square(add(get(evenRe), get(turnedRe)), add(get(evenIm), get(turnedIm))),
      ),
      ...f32x4.store(
        i32.subtract(i32.constant((points - 1) * VECTOR), get(half)),
        target,
        square(subtract(get(evenRe), get(turnedRe)), subtract(get(evenIm), get(turnedIm))),
      ),
      ...advance(low, 32),
      ...advance(high, -32),
      ...advance(turn, 8),
      ...advance(half, VECTOR),
    ]),
  ];
}

export interface MelPlan {
  readonly power: number;
  /** For each filter, as i32: 16 times its first bin, and how many weights it has. */
  readonly filters: number;
  /** The weights, filter after filter. */
  readonly weights: number;
  readonly mels: number;
  readonly target: number;
}

/** Four i32 locals beside `output`, where the frames go, and from `vectors` on four v128. */
export interface MelLocals {
  readonly output: number;
  readonly filter: number;
  readonly weight: number;
  readonly bin: number;
  readonly count: number;
  readonly mel: number;
  readonly vectors: number;
}

/** log10(max(filter . power, 1e-10)) of each filter, written to four rows of `mels` floats. */
export function melCode({ power, filters, weights, mels, target }: MelPlan, locals: MelLocals): Code {
  const { output, filter, weight, bin, count, mel, vectors } = locals;
  const term = f32x4.multiply(f32x4.load(get(bin), power), f32x4.loadSplat(get(weight), weights));
  return [
    ...set(filter, i32.constant(0)),
    ...set(weight, i32.constant(0)),
    ...set(mel, i32.constant(mels)),
    ...countDown(mel, [
      ...set(vectors, f32x4.constant(0)),
      ...set(bin, i32.load(get(filter), filters)),
      ...set(count, i32.load(get(filter), filters + 4)),
      ...countDown(count, [
        ...set(vectors, f32x4.add(get(vectors), term)),
        ...advance(bin, VECTOR),
        ...advance(weight, 4),
      ]),
      ...set(vectors, f32x4.max(get(vectors), f32x4.constant(1e-10))),
      ...log10Code(vectors, vectors + 1),
      ...LANE_INDEXES.flatMap((lane) => f32x4.storeLane(get(output), target + 4 * mels * lane, get(vectors), lane)),
      ...advance(filter, 8),
      ...advance(output, 4),
    ]),
    ...advance(output, 4 * mels * (LANES - 1)),
  ];
}

/** Bits of the float nearest to sqrt(1/2): mantissas from there on up to sqrt(2) keep the series short. */
const SQRT_HALF_BITS = 0x3f3504f3;
const EXPONENT_SHIFT = 23;

/**
 * log10 of a local's positive normal floats, in place: x = 2^e m with m near 1, and ln m = 2 artanh(s) with
 * s = (m - 1) / (m + 1), |s| < 0.172, whose series to s^9 is exact to single precision. Takes three more locals from `free`.
 */
export function log10Code(local: number, free: number): Code {
  const [exponent, s, squared] = [free, free + 1, free + 2];
  const { add, subtract, multiply, divide, constant } = f32x4;
  const series = [9, 7, 5, 3].reduce<Code>(
    (inner, power, index) => (index === 0 ? constant(2 / 9) : add(constant(2 / power), multiply(inner, get(squared)))),
    [],
  );
  const logarithm = add(multiply(constant(2), get(s)), multiply(multiply(get(s), get(squared)), series));
  return [
    ...set(exponent, i32x4.shiftRight(i32x4.subtract(get(local), i32x4.constant(SQRT_HALF_BITS)), EXPONENT_SHIFT)),
    ...set(local, i32x4.subtract(get(local), i32x4.shiftLeft(get(exponent), EXPONENT_SHIFT))),
    ...set(s, divide(subtract(get(local), constant(1)), add(get(local), constant(1)))),
    ...set(squared, multiply(get(s), get(s))),
    ...set(
      local,
      add(
        multiply(f32x4.fromInteger(get(exponent)), constant(Math.log10(2))),
        multiply(logarithm, constant(Math.LOG10E)),
      ),
    ),
  ];
}
