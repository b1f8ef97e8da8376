import { hashName, philox4x32 } from '@modalkit/toolkit';

/** Side of a picture in pixels. */
export const SIDE = 64;
/** Objects in a scene, and the size of one in pixels. */
const OBJECTS = [4, 6];
const SIZE = [10, 15];
/** Pixels between the boxes of two objects at least, and by how many a relation is plain to see. */
const GAP = 2;
const PLAIN = 6;

export const COLOURS = /** @type {const} */ (['red', 'green', 'blue', 'yellow']);
export const SHAPES = /** @type {const} */ (['square', 'circle', 'triangle', 'cross']);
export const RELATIONS = /** @type {const} */ (['left', 'right', 'above', 'below']);

/**
 * @typedef {(typeof COLOURS)[number]} Colour
 * @typedef {(typeof SHAPES)[number]} Shape
 * @typedef {(typeof RELATIONS)[number]} Relation
 * @typedef {{ colour: Colour, shape: Shape, x: number, y: number, size: number }} Thing its centre, right and down, and its side in pixels
 * @typedef {{ shape: Shape, colour?: Colour }} Kind what a phrase says of a thing
 * @typedef {{ thing: Thing, target: Kind, relation?: Relation, anchor?: Kind }} Meaning one thing of a scene, told apart from all others
 */

/** Numbers in [0, 1), one after the other, that depend on the key alone. @param {string} key */
export function randomOf(key) {
  let at = 0;
  return () =>
    /** @type {number} */ (philox4x32([at++, 0, 0, 0], [hashName(`modalkit/grounding/${key}`), 0])[0]) / 2 ** 32;
}

/** @template T @param {readonly T[]} list @param {() => number} random @returns {T} */
export const pick = (list, random) => /** @type {T} */ (list[Math.floor(random() * list.length)]);

/**
 * A scene with something in it that a phrase can mean: with `related`, two or three things are alike and one of them alone stands so
 * to another thing; else one thing is the only one of its kind.
 * @param {string} key
 * @param {boolean} related
 * @returns {{ things: Thing[], meaning: Meaning }}
 */
export function sceneOf(key, related) {
  const random = randomOf(key);
  for (;;) {
    const things = place(kinds(random, related), random);
    const meanings = things ? (related ? relations : alone)(things) : [];
    if (things && meanings.length > 0) return { things, meaning: pick(meanings, random) };
  }
}

/** Kinds of the things: with `related` the first two are alike. */
function kinds(random, related) {
  const count = OBJECTS[0] + Math.floor(random() * (OBJECTS[1] - OBJECTS[0] + 1));
  const drawn = Array.from({ length: count }, () => ({ colour: pick(COLOURS, random), shape: pick(SHAPES, random) }));
  if (related) drawn[1] = drawn[0];
  return drawn;
}

/** Puts things where there is room; undefined when it isn't found soon. */
function place(drawn, random) {
  /** @type {Thing[]} */
  const things = [];
  for (const kind of drawn) {
    const size = SIZE[0] + Math.floor(random() * (SIZE[1] - SIZE[0] + 1));
    const free = (thing) => things.every((other) => apart(thing, other));
    let thing;
    for (let attempt = 0; attempt < 30 && !thing; attempt++) {
      const at = () => 1 + size / 2 + Math.floor(random() * (SIDE - size - 1));
      const tried = { ...kind, x: at(), y: at(), size };
      if (free(tried)) thing = tried;
    }
    if (!thing) return undefined;
    things.push(thing);
  }
  return things;
}

function apart(a, b) {
  const reach = (a.size + b.size) / 2 + GAP;
  return Math.abs(a.x - b.x) >= reach || Math.abs(a.y - b.y) >= reach;
}

/** What a phrase may say of a thing: its shape, or its colour too. @param {Thing} thing @returns {Kind[]} */
const sayings = ({ colour, shape }) => [{ shape }, { shape, colour }];

/** @param {Thing} thing @param {Kind} kind */
const is = (thing, kind) => thing.shape === kind.shape && (kind.colour === undefined || thing.colour === kind.colour);

/** Things that are the only ones of a kind. */
function alone(things) {
  return things.flatMap((thing) =>
    sayings(thing)
      .filter((target) => things.filter((other) => is(other, target)).length === 1)
      .map((target) => ({ thing, target })),
  );
}

/** Things that are one of several alike, and the only one of these that stands so to a thing that is alone of its kind. */
function relations(things) {
  const anchors = alone(things);
  return things.flatMap((thing) =>
    sayings(thing).flatMap((target) => {
      const alike = things.filter((other) => is(other, target));
      if (alike.length < 2) return [];
      return anchors
        .filter((anchor) => !is(anchor.thing, target))
        .flatMap((anchor) =>
          RELATIONS.filter((relation) => only(thing, alike, relation, anchor.thing)).map((relation) => ({
            thing,
            target,
            relation,
            anchor: anchor.target,
          })),
        );
    }),
  );
}

/** The thing plainly stands so, and all others alike plainly don't. */
function only(thing, alike, relation, anchor) {
  return alike.every((each) =>
    each === thing ? towards(each, relation, anchor) >= PLAIN : towards(each, relation, anchor) <= 0,
  );
}

/** How far a thing lies in a direction from another, in pixels. @param {Thing} thing @param {Relation} relation @param {Thing} anchor */
export function towards(thing, relation, anchor) {
  switch (relation) {
    case 'left':
      return anchor.x - thing.x;
    case 'right':
      return thing.x - anchor.x;
    case 'above':
      return anchor.y - thing.y;
    case 'below':
      return thing.y - anchor.y;
  }
}

/** Left, top, right, bottom in 0..1 of the picture. @param {Thing} thing */
export function boxOf({ x, y, size }) {
  return [x - size / 2, y - size / 2, x + size / 2, y + size / 2].map((edge) => edge / SIDE);
}
