import type { GridPart } from './grid-resampler.js';
import type { ParsedSensorOptions } from './sensor-options.js';

/** Windows over a stretch of the grid: what `prepare` makes of a sample and `stream` of live input. */
export interface PreparedSensor extends GridPart {
  /** Second of the first point on the recording's clock. */
  readonly start: number;
  /** One entry a window: 1 where enough was measured. */
  readonly valid: Uint8Array;
}

type WindowOptions = Pick<ParsedSensorOptions, 'channels' | 'windowPoints' | 'stridePoints' | 'coverage'>;

/** Points that so many windows cover. */
export function pointsOf(tokens: number, { windowPoints, stridePoints }: WindowOptions): number {
  return (tokens - 1) * stridePoints + windowPoints;
}

/** Windows that cover so many points, the last one perhaps in part; at least one. */
export function tokensOf(points: number, { windowPoints, stridePoints }: WindowOptions): number {
  return 1 + Math.max(0, Math.ceil((points - windowPoints) / stridePoints));
}

/** Which windows had something measured at enough of their points, of any channel. */
export function validWindows(present: Uint8Array, tokens: number, options: WindowOptions): Uint8Array {
  const { windowPoints, stridePoints, coverage } = options;
  const channels = options.channels.length;
  const least = Math.max(1, coverage * windowPoints);
  return Uint8Array.from({ length: tokens }, (_, token) => {
    let measured = 0;
    for (let point = token * stridePoints; point < token * stridePoints + windowPoints; point++)
      if (present.subarray(point * channels, (point + 1) * channels).includes(1)) measured++;
    return measured >= least ? 1 : 0;
  });
}
