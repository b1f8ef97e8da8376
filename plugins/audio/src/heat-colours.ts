type Colour = readonly [red: number, green: number, blue: number];

/** From silent to loud. */
const STOPS: readonly Colour[] = [
  [8, 6, 32],
  [72, 18, 104],
  [172, 46, 96],
  [244, 122, 58],
  [252, 244, 190],
];

/** A colour for a value in 0 … 1, dark to bright. */
export function colourOf(value: number): Colour {
  const place = Math.min(Math.max(value, 0), 1) * (STOPS.length - 1);
  const [low, high] = [STOPS[Math.floor(place)]!, STOPS[Math.ceil(place)]!];
  const mixed = low.map((from, part) => Math.round(from + (high[part]! - from) * (place % 1)));
  return mixed as unknown as Colour;
}
