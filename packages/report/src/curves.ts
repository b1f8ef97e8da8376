import type { MetricsLine } from './run-schemas.js';

/** One point of a curve and the range around it: what its steps spanned, or a confidence interval. */
export interface CurvePoint {
  readonly step: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Curves that share one pair of axes, by name. */
export interface CurveGroup {
  readonly name: string;
  readonly curves: ReadonlyMap<string, readonly CurvePoint[]>;
}

const MOST_POINTS = 120;

/** What the steps of a run measured, the losses first; a long run is averaged over equal stretches of steps. */
export function stepCurves(metrics: readonly MetricsLine[]): CurveGroup[] {
  const points = new Map<string, CurvePoint[]>();
  for (const line of metrics) {
    if (line.kind !== 'step') continue;
    const { step, values, samplesPerSecond, dataWaitShare, rssMb } = line;
    for (const [name, value] of Object.entries({ ...values, samplesPerSecond, dataWaitShare, rssMb })) {
      append(points, name, { step, value, low: value, high: value });
    }
  }
  const names = [...points.keys()].sort((a, b) => Number(!a.startsWith('loss')) - Number(!b.startsWith('loss')));
  return groups(new Map(names.map((name) => [name, shorten(points.get(name)!)])));
}

/** What the evaluations of a run found, once there are two to draw a line between. */
export function evaluationCurves(metrics: readonly MetricsLine[]): CurveGroup[] {
  const points = new Map<string, CurvePoint[]>();
  for (const line of metrics) {
    if (line.kind !== 'evaluation') continue;
    for (const [name, { value, low, high }] of Object.entries(line.values)) {
      append(points, `${line.split}/${name}`, { step: line.step, value, low, high });
    }
  }
  return groups(new Map([...points].filter(([, curve]) => curve.length > 1)));
}

/** The mean and the range of each of at most MOST_POINTS stretches; what is not finite is left out. */
function shorten(points: readonly CurvePoint[]): CurvePoint[] {
  const finite = points.filter(({ value }) => Number.isFinite(value));
  const size = Math.ceil(finite.length / MOST_POINTS);
  return Array.from({ length: Math.ceil(finite.length / size) }, (_, index) => {
    const stretch = finite.slice(index * size, (index + 1) * size);
    const values = stretch.map(({ value }) => value);
    return {
      step: stretch.at(-1)!.step,
      value: values.reduce((sum, value) => sum + value, 0) / values.length,
      low: Math.min(...values),
      high: Math.max(...values),
    };
  });
}

/** `loss/match/a` and `loss/match/b` are two curves of one group, `loss/match`. */
function groups(curves: ReadonlyMap<string, readonly CurvePoint[]>): CurveGroup[] {
  const found = new Map<string, Map<string, readonly CurvePoint[]>>();
  for (const [name, points] of curves) {
    if (points.length === 0) continue;
    const slash = name.lastIndexOf('/');
    const group = slash < 0 ? name : name.slice(0, slash);
    if (!found.has(group)) found.set(group, new Map());
    found.get(group)!.set(name.slice(slash + 1), points);
  }
  return [...found].map(([name, members]) => ({ name, curves: members }));
}

function append(points: Map<string, CurvePoint[]>, name: string, point: CurvePoint): void {
  const curve = points.get(name);
  if (curve) curve.push(point);
  else points.set(name, [point]);
}
