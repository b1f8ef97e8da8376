import { advance, type Code, countDown, f32x4, get, i32, set } from './wasm-code.js';

/** Bytes of a complex number of four frames. */
const COMPLEX = 32;

/** Radices of an FFT of `size` points: fours first. Undefined when a prime factor is above 7. */
export function radices(size: number): number[] | undefined {
  const found: number[] = [];
  let rest = size;
  for (const radix of [4, 2, 3, 5, 7]) {
    for (; rest % radix === 0; rest /= radix) found.push(radix);
  }
  return rest === 1 ? found : undefined;
}

/** Locals that the code may use: three i32, and from `vectors` on as many v128 as `FFT_VECTORS`. */
export interface FftLocals {
  readonly source: number;
  readonly target: number;
  readonly outer: number;
  readonly inner: number;
  readonly twiddle: number;
  readonly vectors: number;
}

/** The values, results and twiddles of a butterfly of radix 7. */
export const FFT_VECTORS = 2 * 3 * 7;

type Complex = readonly [re: number, im: number];

/** Twiddles in the order that `fftCode` reads them: per stage and butterfly, exp(-2 pi i p k / n), k = 1 … radix - 1. */
export function fftTwiddles(size: number): number[] {
  const values: number[] = [];
  let n = size;
  for (const radix of radices(size)!) {
    const steps = n / radix;
    for (let p = 0; p < steps; p++)
      for (let k = 1; k < radix; k++) {
        const angle = (-2 * Math.PI * p * k) / n;
        values.push(Math.cos(angle), Math.sin(angle));
      }
    n = steps;
  }
  return values;
}

/**
 * A forward complex FFT of `size` points over four frames at once, by Stockham's self-sorting passes of mixed radix
 * (Cochran et al. 1967). It goes to and fro between two buffers of `size * 32` bytes.
 * @returns the code, and the buffer that holds the result
 */
export function fftCode(
  size: number,
  buffers: readonly [number, number],
  twiddles: number,
  locals: FftLocals,
): { readonly code: Code; readonly result: number } {
  const code: number[] = [...set(locals.twiddle, i32.constant(twiddles))];
  let [from, to] = buffers;
  let [n, stride] = [size, 1];
  for (const radix of radices(size)!) {
    code.push(...stageCode(radix, n / radix, stride, from, to, locals));
    [from, to] = [to, from];
    [n, stride] = [n / radix, stride * radix];
  }
  return { code, result: from };
}

function stageCode(radix: number, steps: number, stride: number, from: number, to: number, locals: FftLocals): Code {
  const { source, target, outer, inner, twiddle, vectors } = locals;
  const block = (first: number) =>
    Array.from({ length: radix }, (_, k): Complex => [vectors + 2 * (first + k), vectors + 2 * (first + k) + 1]);
  const [values, results] = [block(0), block(radix)];
  const turns = block(2 * radix).slice(1);
  const loadTurns = turns.flatMap(([re, im], k) => [
    ...set(re, f32x4.loadSplat(get(twiddle), 8 * k)),
    ...set(im, f32x4.loadSplat(get(twiddle), 8 * k + 4)),
  ]);
  const loads = values.flatMap(([re, im], j) => [
    ...set(re, f32x4.load(get(source), j * steps * stride * COMPLEX)),
    ...set(im, f32x4.load(get(source), j * steps * stride * COMPLEX + 16)),
  ]);
  const stores = results.flatMap((result, k) => {
    const [re, im] = k === 0 ? [get(result[0]), get(result[1])] : multiplied(result, turns[k - 1]!);
    return [
      ...f32x4.store(get(target), k * stride * COMPLEX, re),
      ...f32x4.store(get(target), k * stride * COMPLEX + 16, im),
    ];
  });
  const butterfly = [...loads, ...butterflyCode(values, results), ...stores];
  return [
    ...set(source, i32.constant(from)),
    ...set(target, i32.constant(to)),
    ...set(outer, i32.constant(steps)),
    ...countDown(outer, [
      ...loadTurns,
      ...advance(twiddle, 8 * (radix - 1)),
      ...set(inner, i32.constant(stride)),
      ...countDown(inner, [...butterfly, ...advance(source, COMPLEX), ...advance(target, COMPLEX)]),
      ...advance(target, (radix - 1) * stride * COMPLEX),
    ]),
  ];
}

function multiplied([re, im]: Complex, [cos, sin]: Complex): [Code, Code] {
  const { add, subtract, multiply } = f32x4;
  return [
    subtract(multiply(get(re), get(cos)), multiply(get(im), get(sin))),
    add(multiply(get(re), get(sin)), multiply(get(im), get(cos))),
  ];
}

/** The DFT of a few values by its symmetries. */
function butterflyCode(values: readonly Complex[], results: readonly Complex[]): Code {
  if (values.length === 2) return pairCode(values as [Complex, Complex], results as [Complex, Complex]);
  return values.length === 4 ? fourCode(values, results) : oddCode(values, results);
}

const assign = ([re, im]: Complex, value: readonly [Code, Code]): Code => [...set(re, value[0]), ...set(im, value[1])];
const sum = (a: Complex, b: Complex): [Code, Code] => [
  f32x4.add(get(a[0]), get(b[0])),
  f32x4.add(get(a[1]), get(b[1])),
];
const difference = (a: Complex, b: Complex): [Code, Code] => [
  f32x4.subtract(get(a[0]), get(b[0])),
  f32x4.subtract(get(a[1]), get(b[1])),
];

function pairCode([a, b]: readonly [Complex, Complex], [y0, y1]: readonly [Complex, Complex]): Code {
  return [...assign(y0, sum(a, b)), ...assign(y1, difference(a, b))];
}

function fourCode(values: readonly Complex[], results: readonly Complex[]): Code {
  const [a, b, c, d] = values as [Complex, Complex, Complex, Complex];
  const [y0, y1, y2, y3] = results as [Complex, Complex, Complex, Complex];
  return [
    ...assign(y0, sum(a, c)),
    ...assign(y2, difference(a, c)),
    ...assign(a, sum(b, d)),
    ...assign(c, difference(b, d)),
    ...assign(y1, [f32x4.add(get(y2[0]), get(c[1])), f32x4.subtract(get(y2[1]), get(c[0]))]),
    ...assign(y3, [f32x4.subtract(get(y2[0]), get(c[1])), f32x4.add(get(y2[1]), get(c[0]))]),
    ...assign(y2, difference(y0, a)),
    ...assign(y0, sum(y0, a)),
  ];
}

/** y[k] = A - iB and y[radix - k] = A + iB, from the sums and differences of values that lie opposite. */
function oddCode(values: readonly Complex[], results: readonly Complex[]): Code {
  const [radix, half] = [values.length, (values.length - 1) / 2];
  const opposite = (j: number): [Complex, Complex] => [values[j]!, values[radix - j]!];
  const code: number[] = [];
  // A sum stands in results[0], so the pair a, b becomes a + b, a - b in place.
  for (let j = 1; j <= half; j++) {
    const [a, b] = opposite(j);
    code.push(...assign(results[0]!, sum(a, b)), ...assign(b, difference(a, b)));
    code.push(...assign(a, [get(results[0]![0]), get(results[0]![1])]));
  }
  for (let k = 1; k <= half; k++) {
    const part = (component: 0 | 1, which: 0 | 1, of: (angle: number) => number) =>
      Array.from({ length: half }, (_, index) => {
        const j = index + 1;
        const factor = f32x4.constant(of((2 * Math.PI * j * k) / radix));
        return f32x4.multiply(get(opposite(j)[which][component]), factor);
      });
    const total = (terms: readonly Code[]) => terms.reduce((left, right) => f32x4.add(left, right));
    const even = (component: 0 | 1) => total([get(values[0]![component]), ...part(component, 0, Math.cos)]);
    const odd = (component: 0 | 1) => total(part(component, 1, Math.sin));
    const [low, high] = [results[k]!, results[radix - k]!];
    // B waits in y[radix - k], A in y[k]; then both become what they stand for, by way of results[0].
    code.push(...assign(high, [odd(1), odd(0)]), ...assign(low, [even(0), even(1)]));
    code.push(
      ...assign(results[0]!, [f32x4.subtract(get(low[0]), get(high[0])), f32x4.add(get(low[1]), get(high[1]))]),
    );
    code.push(...assign(low, [f32x4.add(get(low[0]), get(high[0])), f32x4.subtract(get(low[1]), get(high[1]))]));
    code.push(...assign(high, [get(results[0]![0]), get(results[0]![1])]));
  }
  const first = [0, 1].map((component) =>
    Array.from({ length: half }, (_, index) => get(opposite(index + 1)[0][component as 0 | 1])).reduce(
      (left, right) => f32x4.add(left, right),
      get(values[0]![component as 0 | 1]),
    ),
  );
  return [...code, ...assign(results[0]!, first as [Code, Code])];
}
