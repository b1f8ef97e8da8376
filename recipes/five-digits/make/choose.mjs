import { DIGITS } from '../../digits/captions.mjs';
import { manifest } from '../../digits/make-data.mjs';
import { shuffle } from './keyed.mjs';

/** Pictures taken of each split of recipes/digits: a quarter. */
export const SIZES = { train: 2000, test: 500 };

/**
 * The pictures of recipes/digits that this recipe takes, with their captions: chosen by key, each digit with its share.
 * @returns {{ id: string, split: 'train' | 'test', picture: string, caption: string, digit: string }[]} in a keyed order
 */
export function choose() {
  const rows = manifest().map(({ row: { id, split, picture, caption, digit } }) => ({
    id,
    split,
    picture,
    caption,
    digit,
  }));
  const chosen = Object.entries(SIZES).flatMap(([split, size]) =>
    quota(
      rows.filter((row) => row.split === split),
      size,
    ),
  );
  return shuffle(chosen, ({ id }) => ['order', id]);
}

/** `size` rows, those of each digit in proportion (largest remainders). */
function quota(rows, size) {
  const shares = DIGITS.map((digit) => {
    const of = rows.filter((row) => row.digit === digit);
    return { of, exact: (of.length / rows.length) * size };
  });
  const whole = shares.reduce((sum, { exact }) => sum + Math.floor(exact), 0);
  const up = new Set([...shares].sort((a, b) => (b.exact % 1) - (a.exact % 1)).slice(0, size - whole));
  return shares.flatMap((share) => {
    const many = Math.floor(share.exact) + (up.has(share) ? 1 : 0);
    return shuffle(share.of, ({ id }) => ['choose', id]).slice(0, many);
  });
}
