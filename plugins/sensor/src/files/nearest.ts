/** The name that a mistyped one most likely stands for; undefined when none is near. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const wanted = plain(name);
  const ranked = names
    .map((other) => ({ other, distance: distanceOf(wanted, plain(other)) }))
    .sort((a, b) => a.distance - b.distance);
  return ranked[0] && ranked[0].distance <= wanted.length / 3 ? ranked[0].other : undefined;
}

const plain = (text: string) =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\s_.-]+/g, '');

/** A name with one or two characters more at its end or start is as near as one with a blank more. */
function distanceOf(a: string, b: string): number {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  const extended = short !== '' && long.length - short.length <= 2 && (long.startsWith(short) || long.endsWith(short));
  return extended ? 0.1 * (long.length - short.length) : editDistance(a, b);
}

/** Levenshtein 1966: fewest insertions, deletions and replacements. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++)
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (letter === b[j] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
