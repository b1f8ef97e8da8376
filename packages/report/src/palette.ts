/** How many colours the page's style names: `--series-0` and up, chosen to be told apart with colour blindness. */
export const COLOURS = 10;

/** Shapes of marks as Vega names them, with the character that shows each in a legend. */
export const SHAPES = [
  { name: 'circle', sign: '●' },
  { name: 'triangle-up', sign: '▲' },
  { name: 'square', sign: '■' },
  { name: 'diamond', sign: '◆' },
  { name: 'cross', sign: '✚' },
  { name: 'triangle-down', sign: '▼' },
] as const;

/** The colour of the n-th series; they repeat after the last. */
export function seriesColour(index: number): string {
  return `var(--series-${index % COLOURS})`;
}

/** The shape of the n-th group; they repeat after the last. */
export function groupShape(index: number): (typeof SHAPES)[number] {
  return SHAPES[index % SHAPES.length]!;
}
