import type { InspectedLook } from '@modalkit/core';

/** From nothing to most, two characters a region so that cells look square. */
const SHADES = ['  ', '░░', '▒▒', '▓▓', '██'];

/** A heat map of the attention in characters, a line for each row of regions. */
export function heatLines({ attention, regions }: InspectedLook): string[] {
  const columns = new Map<number, Map<number, number>>();
  for (const [at, [left, top]] of regions.entries()) {
    const row = columns.get(top!) ?? new Map<number, number>();
    columns.set(top!, row.set(left!, attention[at]!));
  }
  const most = Math.max(...attention);
  const shade = (share: number) => SHADES[most > 0 ? Math.round((share / most) * (SHADES.length - 1)) : 0]!;
  const sorted = <T>(map: Map<number, T>) => [...map].sort(([a], [b]) => a - b).map(([, value]) => value);
  return sorted(columns).map((row) => sorted(row).map(shade).join(''));
}
