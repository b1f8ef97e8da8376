import { type Json, ModalkitError } from '@modalkit/contract';
import { hostRandom } from '@modalkit/toolkit';
import type { SweepOptions, SweepRange } from './sweep-options.js';

/** Values of the settings of one run, by name. */
export type SweepPoint = Readonly<Record<string, Json>>;

/** More runs than this are a mistake. */
const MOST_RUNS = 1000;

/**
 * The combinations that a sweep tries: all of a grid, else as many as it says, drawn by the seed alone and each once.
 * @throws ModalkitError CONFIG for a grid of more than 1000
 */
export function sweepPoints(options: SweepOptions, seed: number): readonly SweepPoint[] {
  return options.kind === 'grid' ? grid(options.settings) : draws(options, seed);
}

function grid(settings: Readonly<Record<string, readonly Json[]>>): readonly SweepPoint[] {
  const runs = Object.values(settings).reduce((product, values) => product * values.length, 1);
  if (runs > MOST_RUNS)
    throw new ModalkitError(
      'CONFIG',
      `config: sweep: the grid has ${runs} combinations, and at most ${MOST_RUNS} are trained; take out values, or draw some of them: kind: 'random'.`,
    );
  return Object.entries(settings).reduce<readonly SweepPoint[]>(
    (points, [name, values]) => points.flatMap((point) => values.map((value) => ({ ...point, [name]: value }))),
    [{}],
  );
}

function draws({ settings, runs }: Exclude<SweepOptions, { kind: 'grid' }>, seed: number): readonly SweepPoint[] {
  const points = new Map<string, SweepPoint>();
  for (let draw = 0; points.size < runs && draw < 100 * runs; draw++) {
    const random = hostRandom(seed, draw, 'sweep');
    const point = Object.fromEntries(
      Object.entries(settings).map(([name, values]) => [name, drawOf(values, random.uniform(name))]),
    );
    points.set(JSON.stringify(point), point);
  }
  return [...points.values()];
}

/** @param uniform in [0, 1) */
function drawOf(values: readonly Json[] | SweepRange, uniform: number): Json {
  if (!('from' in values)) return values[Math.floor(uniform * values.length)]!;
  const { from, to, scale, whole } = values;
  const drawn = scale === 'log' ? from * (to / from) ** uniform : from + (to - from) * uniform;
  return whole ? Math.round(drawn) : Number(drawn.toPrecision(4));
}
