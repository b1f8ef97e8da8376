/** A point of a map. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly group: string;
  readonly label: string;
}

/** Share of the map's width within which one name serves two groups of a label. */
const APART = 0.12;

/** Where to write the labels of a map: over the points of each label, once more for a group that lies elsewhere. */
export function labelPlaces(places: readonly Place[]): Place[] {
  const xs = places.map(({ x }) => x);
  const apart = APART * (Math.max(...xs) - Math.min(...xs));
  const gathered = new Map<string, Place[]>();
  for (const place of places) {
    const key = JSON.stringify([place.label, place.group]);
    gathered.set(key, [...(gathered.get(key) ?? []), place]);
  }
  const named: Place[] = [];
  for (const members of gathered.values()) {
    const x = quantile(
      members.map((place) => place.x),
      0.5,
    );
    const middle = {
      ...members[0]!,
      x,
      y: quantile(
        members.map((place) => place.y),
        0.95,
      ),
    };
    const near = (other: Place) => Math.hypot(other.x - middle.x, other.y - middle.y) < apart;
    if (!named.some((other) => other.label === middle.label && near(other))) named.push(middle);
  }
  return named;
}

function quantile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(share * values.length)]!;
}
