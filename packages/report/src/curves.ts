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
  const several = [...points].filter(([, curve]) => curve.length > 1);
  return groups(new Map(several), (curve) => !curve.every(({ low, high }) => low >= 0 && high <= 1));
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

/**
 * `loss/match/a` and `loss/match/b` are two curves of one group, `loss/match`; a curve without company keeps its full
 * name.
 * @param alone whether a curve has a scale of its own
 */
function groups(
  curves: ReadonlyMap<string, readonly CurvePoint[]>,
  alone: (points: readonly CurvePoint[]) => boolean = () => false,
): CurveGroup[] {
  const found = new Map<string, [name: string, points: readonly CurvePoint[]][]>();
  for (const [name, points] of curves) {
    if (points.length === 0) continue;
    const slash = name.lastIndexOf('/');
    const group = slash < 0 || alone(points) ? name : name.slice(0, slash);
    found.set(group, [...(found.get(group) ?? []), [name, points]]);
  }
  return [...found].map(([group, members]) => {
    if (members.length === 1) return { name: members[0]![0], curves: new Map(members) };
    return {
      name: group,
      curves: new Map(members.map(([name, points]) => [name.slice(group.length + 1) || name, points])),
    };
  });
}

function append(points: Map<string, CurvePoint[]>, name: string, point: CurvePoint): void {
  const curve = points.get(name);
  if (curve) curve.push(point);
  else points.set(name, [point]);
}
